using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Storage;

namespace RunLedger.Testing.Conformance;

/// <summary>
/// Many pairs of files become one: at every moment the table says which of them count, and each run is in one of those.
/// </summary>
public abstract class CompactionConformance : ArchiveSuite
{
    static readonly DateTime March = new(2027, 3, 3, 4, 5, 6, DateTimeKind.Utc);

    readonly string _folder = Path.Combine(Path.GetTempPath(), $"run-ledger-archive-{Guid.CreateVersion7()}");
    readonly FakeTimeProvider _time = new(Now);
    readonly ArchiveFiles _files;

    protected CompactionConformance(Provider provider)
        : base(provider)
    {
        Options.Archive.Directory = _folder;
        _files = new ArchiveFiles(Options);
    }

    ArchiveCompaction Compaction => new(Archive, _files, _time, NullLogger<ArchiveCompaction>.Instance);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Slices_of_a_quiet_month_become_one_that_names_what_it_replaced_and_those_are_deleted_later()
    {
        var runs = await Slices(3);
        var old = _files.Folder.Manifests();

        Assert.False(await Compaction.Once(Token));
        _time.Advance(TimeSpan.FromDays(1));
        Assert.True(await Compaction.Once(Token));
        Assert.False(await Compaction.Once(Token));

        var slice = Assert.Single(await Archive.Slices(Token));
        Assert.Equal((3, 3, (DateTime?)Now), (slice.Runs, slice.Components, slice.ArchivedAt));
        var manifest = _files.Folder.Manifest(slice);
        Assert.Equal(
            old.Select(one => (one.SliceId, one.Runs.Sha256, one.Components.Sha256, _files.Folder.HashOf(one))).Order(),
            manifest.Replaces!
                .Select(one => (one.SliceId, one.Runs.Sha256, one.Components.Sha256, one.Manifest)).Order());
        await Whole(runs);
        Assert.Equal(
            old.Select(one => $"2027-03/{one.SliceId} was replaced by {slice.Id}, which has its rows. "
                + "Retention deletes it.").Order(StringComparer.Ordinal),
            ArchiveLeftovers.Of(_files.Folder, [slice]).Order(StringComparer.Ordinal));

        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(await Compaction.Once(Token));

        Assert.Empty(ArchiveLeftovers.Of(_files.Folder, [slice]));
        Assert.Equal(3, Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Length);
        await Whole(runs);
    }

    [Theory]
    [InlineData("half a file of runs", "has no manifest")]
    [InlineData("both files and no manifest", "has no manifest")]
    [InlineData("files that the table does not name", "was made of 3 slices by a compaction that was interrupted")]
    [InlineData("what was replaced, whole", "was replaced by")]
    [InlineData("what was replaced, in part", "was replaced by")]
    public async Task A_compaction_that_is_killed_loses_no_run_and_doubles_none_and_what_it_left_is_said(
        string left, string said)
    {
        var runs = await Slices(3);
        var before = await Store.Query("select slice_id from archive_slice order by 1");
        _time.Advance(TimeSpan.FromDays(1));
        await Compaction.Once(Token);
        var made = _files.Folder.Manifest((await Archive.Slices(Token))[0]);
        var counts = left.StartsWith("what was replaced", StringComparison.Ordinal);
        if (!counts)
            await CountAgain(before, made);
        var (runsFile, componentsFile, manifestFile) =
            (PathOf(made.Runs.Name), PathOf(made.Components.Name), PathOf(made.Name));
        switch (left)
        {
            case "half a file of runs":
                var bytes = await File.ReadAllBytesAsync(runsFile, Token);
                await File.WriteAllBytesAsync(runsFile, bytes[..(bytes.Length / 2)], Token);
                File.Delete(componentsFile);
                File.Delete(manifestFile);
                break;
            case "both files and no manifest":
                File.Delete(manifestFile);
                break;
            case "what was replaced, in part":
                File.Delete(PathOf(SliceManifest.RunsName(Guid.Parse(before[0]))));
                break;
        }

        var notes = ArchiveLeftovers.Of(_files.Folder, await Archive.Slices(Token)).ToList();
        Assert.Equal(counts ? 3 : 1, notes.Count);
        Assert.All(notes, note => Assert.Contains(said, note, StringComparison.Ordinal));
        await Whole(runs);

        // The next one goes on as if nothing had been.
        while (await Compaction.Once(Token))
        {
        }

        _time.Advance(TimeSpan.FromMinutes(10));
        await Compaction.Once(Token);
        await Whole(runs);
        Assert.Single(await Archive.Slices(Token));
        Assert.Equal(counts ? 0 : 1, ArchiveLeftovers.Of(_files.Folder, await Archive.Slices(Token)).Count());

        // As after a purge: from the files alone.
        await Archive.Purge(Now, 100, Token);
        var restore = new ArchiveRestore(Archive, _files, _time);
        Assert.Equal(runs[0].Id, await restore.Run(runs[0].Id, Token));
        Assert.Equal(2, await restore.Month(new DateTime(2027, 3, 1, 0, 0, 0, DateTimeKind.Utc), null, Token));
        Assert.Equal(Sorted([.. runs]), await Store.Query(LiveRuns));
        Assert.Equal(3, (await Store.Query("select component_run_id from process_component_observation")).Count);
    }

    [Fact]
    public async Task A_database_older_than_its_files_is_told_to_keep_what_has_the_rows()
    {
        var runs = await Slices(2);
        var before = await Store.Query("select slice_id from archive_slice order by 1");
        _time.Advance(TimeSpan.FromDays(1));
        await Compaction.Once(Token);
        _time.Advance(TimeSpan.FromDays(1));
        await Compaction.Once(Token);
        var made = _files.Folder.Manifests().Single();
        await CountAgain(before, made);

        var note = Assert.Single(ArchiveLeftovers.Of(_files.Folder, await Archive.Slices(Token)));
        await Archive.Purge(Now, 100, Token);

        Assert.Contains("Keep it: archive restore reads it.", note, StringComparison.Ordinal);
        Assert.Equal(
            runs[1].Id, await new ArchiveRestore(Archive, _files, _time).Run(runs[1].Id, Token));
    }

    [Fact]
    public async Task A_run_that_left_twice_is_kept_as_it_left_last()
    {
        var run = (await Slices(1))[0];
        await Archive.Return([run.Id], Now, Token);
        await Settle(run, "failed", March.AddDays(1));
        await MoveToFiles();
        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal("failed", _files.Find(run.Id, Token)!.Runs[0].Status.Text());
        Assert.True(await Compaction.Once(Token));

        var slice = Assert.Single(await Archive.Slices(Token));
        Assert.Equal((1, 1), (slice.Runs, slice.Components));
        var kept = Assert.Single(_files.Read(slice, Token));
        Assert.Equal("failed", Assert.Single(kept.Runs).Status.Text());
        Assert.Null(_files.Fault(slice, Token));
    }

    [Fact]
    public async Task A_slice_that_was_touched_stays_and_keeps_no_other_from_being_compacted()
    {
        await Slices(3);
        _time.Advance(TimeSpan.FromDays(1));
        var touched = _files.Folder.Manifests()[1];
        await File.AppendAllTextAsync(PathOf(touched.Runs.Name), "x", Token);

        while (await Compaction.Once(Token))
        {
        }

        var slices = await Archive.Slices(Token);
        Assert.Equal([1, 2], slices.Select(slice => slice.Runs).Order());
        Assert.Contains(touched.SliceId, slices.Select(slice => slice.Id));
    }

    [Fact]
    public async Task Of_two_that_replace_the_same_slice_the_second_changes_nothing()
    {
        await Slices(2);
        var old = await Archive.Slices(Token);
        var first = new ArchiveSlice(Guid.CreateVersion7(), "2027-03", 2, 2);
        var second = first with { Id = Guid.CreateVersion7() };
        await Archive.Replace(first, [.. old.Select(slice => slice.Id)], Token);

        var lost = await Assert.ThrowsAsync<StoreException>(
            () => Archive.Replace(second, [old[0].Id, first.Id], Token));

        Assert.Equal(StoreFault.Conflict, lost.Fault);
        Assert.Equal([first.Id], (await Archive.Slices(Token)).Select(slice => slice.Id));
    }

    // Each a run with a component.
    async Task<List<Some>> Slices(int count)
    {
        var runs = new List<Some>();
        Options.Retention.Default.Periods["failed"] = TimeSpan.FromDays(1);
        for (var n = 0; n < count; n++)
        {
            var run = Some.Run();
            await Ledger.Commit(run.Started());
            await Ledger.Commit(run.StepStarted(Guid.CreateVersion7()));
            await Settle(run, "failed", March);
            await MoveToFiles();
            runs.Add(run);
        }

        return runs;
    }

    async Task MoveToFiles() => Assert.Equal(1, (await Archive.Move(
        new SliceChoice(Start, Now, 1_000, new RetentionPeriods(Options), OneMonth: true), _files.Keep, Token)).Runs);

    // As if the transaction had not been committed.
    async Task CountAgain(List<string> slices, SliceManifest made)
    {
        await Store.Query($"delete from archive_slice where slice_id = '{made.SliceId}'");
        foreach (var slice in slices)
        {
            await Store.Query("insert into archive_slice (slice_id, month, runs, components, archived_at) "
                + $"values ('{slice}', '2027-03', 1, 1, '{LedgerTime.Text(Now)}')");
        }
    }

    // Every file that counts is as it was written, and each run is in one of them, with its component.
    async Task Whole(List<Some> runs)
    {
        var slices = await Archive.Slices(Token);
        Assert.All(slices, slice => Assert.Null(_files.Fault(slice, Token)));
        var parts = slices.SelectMany(slice => _files.Read(slice, Token)).ToList();
        Assert.Equal(
            Sorted([.. runs]),
            parts.SelectMany(part => part.Runs)
                .Select(run => run.ProcessRunId.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(runs.Count, parts.Sum(part => part.Components.Count));
    }

    string PathOf(string name) => Path.Combine(_folder, "2027-03", name);
}
