using System.Text.Json;
using RunLedger.Cli.Verify;
using RunLedger.Retention;
using RunLedger.Sealing;

namespace RunLedger.Tests.Sealing;

/// <summary>What was changed in a file of the archive is named by its row, where the file can be read at all.</summary>
public sealed class FiledRowsTests : ArchiveSealSuite
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_that_was_changed_in_a_file_is_named_and_no_other(bool manifestToo)
    {
        var runs = await Filed(5);
        Assert.Empty((await Look()).Findings);
        var (slice, changed) = (Slice(), runs[2].Id);

        var groups = Rewrite(rows => rows.Select(run =>
            run.Id == changed ? run with { OutputRef = "s3://other" } : run));
        if (manifestToo)
            Vouch(slice, groups);

        var findings = (await Look()).Findings;
        Assert.Contains($"run {changed} is in {slice.Month}/{slice.Runs.Name} and not as commit", findings[^1],
            StringComparison.Ordinal);
        Assert.DoesNotContain(findings, finding => runs.Exists(run =>
            run.Id != changed && finding.StartsWith($"run {run.Id}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_row_that_was_put_into_a_file_is_named()
    {
        await Filed(2);
        await Adopt();
        var inserted = Guid.AllBitsSet;

        Rewrite(rows => [.. rows, rows[0] with { ProcessRunId = inserted }]);

        Assert.Contains((await Look()).Findings, finding =>
            finding.StartsWith($"run {inserted} is in ", StringComparison.Ordinal)
            && finding.EndsWith("it was inserted there, or is of before.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_a_file_that_cannot_be_read_the_rows_are_named_as_a_range()
    {
        var runs = await Filed(5);
        var bytes = await File.ReadAllBytesAsync(PathOf(Slice().Runs), Token);
        bytes.AsSpan(8, 600).Reverse();
        await File.WriteAllBytesAsync(PathOf(Slice().Runs), bytes, Token);

        var ids = runs.Select(run => run.Id).Order().ToList();
        Assert.Contains((await Look()).Findings, finding => finding.Contains(
            $"of the 5 rows of run {ids[0]} to run {ids[^1]} in {Slice().Month}/{Slice().Runs.Name} the last 5 cannot",
            StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_row_that_was_changed_before_it_left_the_tables_is_named_when_only_the_file_has_it()
    {
        var run = (await Filed(2))[1];
        await Query($"update process_run_archive set output_ref = 'x' where process_run_id = '{run.Id}'");
        await Store.Archive.Return([run.Id], Later, Token);
        await Query($"update process_run_observation set input_ref = 'x' where process_run_id = '{run.Id}'");
        await Query($"update process_run_observation set settled_at = {Quoted(Later.AddYears(-1))} "
            + $"where process_run_id = '{run.Id}'");
        Assert.Equal(1, (await Archive()).Runs);
        Assert.Equal(2, await Store.Archive.Purge(Later.AddDays(1), 10, Token));

        var report = await Look();

        Assert.Contains(report.Findings, finding => finding.StartsWith($"run {run.Id} is in ", StringComparison.Ordinal)
            && finding.EndsWith("changed before it left the tables.", StringComparison.Ordinal));
        Assert.True(report.Filed >= 4, $"{report.Filed} rows of files were looked at.");
    }

    [Fact]
    public async Task Rows_that_left_lawfully_are_sound_in_files_alone()
    {
        var runs = await Filed(3);
        await Store.Archive.Return([runs[0].Id], Later.AddYears(-1), Token);
        await Archive();
        Assert.Equal(3, await Store.Archive.Purge(Later.AddDays(1), 10, Token));
        var report = await Look();
        Assert.Empty(report.Findings);
        Assert.Equal(8, report.Filed);

        await Compact();

        Assert.Empty((await Look()).Findings);
    }

    [Fact]
    public void Bytes_that_are_no_Parquet_have_no_rows()
    {
        var path = Path.Combine(Directory.CreateDirectory(Directory_).FullName, "none.parquet");
        File.WriteAllBytes(path, [.. "PAR1"u8, .. new byte[200], .. "PAR1"u8]);

        Assert.Empty(new FileReading(TimeProvider.System).Of(path, LeafKind.Run, 1, Token));
    }

    // As somebody who knows the manifest would.
    void Vouch(SliceManifest slice, List<(Guid First, Guid Last, int Rows, long End)> groups)
    {
        ArchivedFile own;
        using (var stream = File.OpenRead(PathOf(slice.Runs)))
            own = ArchiveHash.Of(stream, slice.Runs.Name, groups, Token);

        File.WriteAllText(
            Own.Folder.PathOf(slice.Month, slice.Name),
            JsonSerializer.Serialize(slice with { Runs = own }, JsonSerializerOptions.Web));
    }
}
