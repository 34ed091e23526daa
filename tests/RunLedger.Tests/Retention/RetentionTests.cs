using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;
using Xunit;

namespace RunLedger.Tests.Retention;

/// <summary>Retention as the host applies it, by its recurring message; the clock is moved, nobody waits.</summary>
public sealed class RetentionTests : IAsyncLifetime
{
    readonly string _folder = Path.Combine(Path.GetTempPath(), $"run-ledger-archive-{Guid.CreateVersion7()}");
    readonly FakeTimeProvider _time = new(Some.Noon);
    LedgerHarness _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await LedgerHarness.Start(_time, options =>
    {
        options.Archive.Directory = _folder;
        options.Archive.PurgeAfter = TimeSpan.FromDays(10);
        options.Retention.SliceSize = 2;
        // Only what a test sends itself.
        options.Retention.Every = TimeSpan.FromDays(36_000);
    });

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_period_counts_from_the_commit_of_the_end_by_the_ledgers_clock()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started() with { OccurredAt = Some.Noon.AddYears(-1) });
        await _ledger.Take(run.Completed() with { OccurredAt = Some.Noon.AddYears(-1) });

        await After(TimeSpan.FromDays(90) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await Find(run));
        await After(TimeSpan.FromSeconds(1));

        Assert.Null(await Find(run));
        Assert.Single(await _ledger.Service<IArchiveStore>().Slices(TestContext.Current.CancellationToken));
    }

    // As a process does that is frozen, or a slice on a disk that is: it would rest for as long.
    [Fact]
    public async Task A_slice_that_took_an_hour_is_not_followed_by_an_hour_of_rest()
    {
        var sweep = _ledger.Service<RetentionSweep>().Once(
            after: null,
            maxSlices: 1,
            progress: _ => _time.Advance(TimeSpan.FromHours(1)),
            TestContext.Current.CancellationToken);

        for (var seconds = 0; seconds < 60 && !sweep.IsCompleted; seconds++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(sweep, Task.Delay(20, TestContext.Current.CancellationToken));
        }

        Assert.True(sweep.IsCompletedSuccessfully, "It rests for more than a minute.");
    }

    [Fact]
    public async Task A_run_that_never_ends_is_flagged_and_leaves_a_period_after_that()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started());
        _time.Advance(TimeSpan.FromHours(1));
        await _ledger.Sweep();
        Assert.Equal(RunStatus.Stuck, (await Find(run))!.Status);

        await After(TimeSpan.FromDays(180) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await Find(run));
        await After(TimeSpan.FromSeconds(1));

        Assert.Null(await Find(run));
    }

    [Fact]
    public async Task A_run_that_came_back_in_time_stays()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started());
        _time.Advance(TimeSpan.FromHours(1));
        await _ledger.Sweep();
        _time.Advance(TimeSpan.FromDays(170));
        await _ledger.Take(run.Heartbeat() with { OccurredAt = _time.GetUtcNow() });

        await After(TimeSpan.FromDays(11));

        Assert.NotNull(await Find(run));
    }

    [Fact(Timeout = 60_000)]
    public async Task More_than_one_message_can_take_is_taken_by_those_that_follow_it()
    {
        var runs = Enumerable.Range(0, 21).Select(_ => Some.Run()).ToList();
        foreach (var run in runs)
            await _ledger.Take(run.Completed());

        await After(TimeSpan.FromDays(90));

        var archive = _ledger.Service<IArchiveStore>();
        while ((await archive.Slices(TestContext.Current.CancellationToken)).Sum(slice => slice.Runs) < runs.Count)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        foreach (var run in runs)
            Assert.Null(await Find(run));

        // Nothing was added for a day: the sweep makes one pair of files of the eleven. What was not done with the last
        // slice when the clock went on rests by that clock.
        _time.Advance(TimeSpan.FromDays(1));
        var applied = Apply();
        while (!applied.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await applied;
        Assert.Equal(
            [runs.Count],
            (await archive.Slices(TestContext.Current.CancellationToken)).Select(slice => slice.Runs));
    }

    [Fact]
    public async Task What_was_archived_long_enough_ago_is_purged_and_comes_back_from_its_files_alone()
    {
        var run = Some.Run();
        await _ledger.Take(run.StepCompleted(Guid.CreateVersion7()));
        await _ledger.Take(run.Completed());
        await After(TimeSpan.FromDays(90));
        await After(TimeSpan.FromDays(10));
        var archive = _ledger.Service<IArchiveStore>();
        Assert.Empty(
            await archive.Return([run.Id], _time.GetUtcNow().UtcDateTime, TestContext.Current.CancellationToken));

        var restore = new ArchiveRestore(archive, _ledger.Service<ArchiveFiles>(), _time);
        Assert.Equal(run.Id, await restore.Run(run.Id, TestContext.Current.CancellationToken));
        Assert.Null(await restore.Run(run.Id, TestContext.Current.CancellationToken));

        Assert.Equal(RunStatus.Completed, (await Find(run))!.Status);
    }

    [Fact]
    public async Task A_month_comes_back_from_the_tables_and_from_the_files()
    {
        var (purged, archived, other) = (Some.Run(), Some.Run(), Some.Run());
        await _ledger.Take(purged.Completed());
        _time.Advance(TimeSpan.FromDays(15));
        await _ledger.Take(archived.Completed());
        _time.Advance(TimeSpan.FromDays(20));
        await _ledger.Take(other.Completed());
        await After(TimeSpan.FromDays(60));
        await After(TimeSpan.FromDays(20));
        await After(TimeSpan.FromDays(20));

        var restore = new ArchiveRestore(_ledger.Service<IArchiveStore>(), _ledger.Service<ArchiveFiles>(), _time);
        var november = new DateTime(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc);
        Assert.Equal(2, await restore.Month(november, null, TestContext.Current.CancellationToken));
        Assert.Equal(0, await restore.Month(november, null, TestContext.Current.CancellationToken));

        Assert.NotNull(await Find(purged));
        Assert.NotNull(await Find(archived));
        Assert.Null(await Find(other));
    }

    [Fact]
    public async Task An_archive_that_cannot_be_written_keeps_the_rows_and_says_so_until_it_can()
    {
        var run = Some.Run();
        await _ledger.Take(run.Completed());
        await File.WriteAllTextAsync(_folder, "in the way", TestContext.Current.CancellationToken);

        await After(TimeSpan.FromDays(91));
        Assert.NotNull(await Find(run));
        Assert.Contains(_folder, _ledger.Service<ArchiveState>().Fault, StringComparison.Ordinal);

        File.Delete(_folder);
        await Apply();
        Assert.Null(await Find(run));
        Assert.Null(_ledger.Service<ArchiveState>().Fault);
    }

    [Fact]
    public void Every_fault_is_said_at_once()
    {
        var services = new ServiceCollection().AddMassTransit(bus => bus.AddRunLedger(options =>
        {
            options.Retention.Every = TimeSpan.Zero;
            options.Retention.SliceSize = 0;
            options.Retention.Policies.Add(
                new() { Candidate = "A*", Periods = { ["failed"] = TimeSpan.FromDays(-1) } });
            options.Retention.Policies.Add(
                new() { Candidate = "A*", Periods = { ["finished"] = TimeSpan.FromDays(1) } });
            options.Retention.Policies.Add(new() { Candidate = "" });
            options.Retention.Default.Periods["started"] = TimeSpan.FromDays(1);
            options.Archive.Directory = " ";
            options.Archive.PurgeAfter = TimeSpan.FromDays(-1);
        })).BuildServiceProvider();

        var faults = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptions<RunLedgerOptions>>().Value).Failures.ToList();

        Assert.Collection(
            faults,
            Starts("Retention:Every is 00:00:00:"),
            Starts("Retention:SliceSize is 0:"),
            Starts("Retention:Policies:0:Periods:failed is -1.00:00:00:"),
            Starts("Retention:Policies:1:Periods:finished is for no status that runs stay in: give completed, "
                + "cancelled, failed, stuck, orphan."),
            Starts("Retention:Policies:2:Candidate is empty"),
            Starts("Retention:Default:Periods:started is for no status"),
            Starts("Retention:Policies 0 and 1 are both for 'A*'"),
            Starts("Archive:PurgeAfter is -1.00:00:00:"),
            Starts("Archive:Directory is blank"));

        static Action<string> Starts(string start) =>
            fault => Assert.StartsWith(start, fault, StringComparison.Ordinal);
    }

    async Task After(TimeSpan span)
    {
        _time.Advance(span);
        await Apply();
    }

    async Task Apply()
    {
        var id = NewId.NextGuid();
        var control = await _ledger.Bus.Bus.GetSendEndpoint(new Uri("exchange:run-ledger-control"));
        await control.Send(new ApplyRetention(), context => context.MessageId = id);
        Assert.True(
            await _ledger.Bus.Consumed.Any(consumed => consumed.Context.MessageId == id && consumed.Exception is null),
            "Retention was not applied.");
    }

    Task<RunRow?> Find(Some run) => _ledger.Store.Find(run.Id, TestContext.Current.CancellationToken);
}
