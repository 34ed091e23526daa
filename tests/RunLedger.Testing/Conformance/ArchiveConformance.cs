using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Testing.Stores;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>What leaves either store, what becomes of messages about it, and how it comes back.</summary>
public abstract class ArchiveConformance : IAsyncLifetime
{
    protected const string LiveRuns = "select process_run_id from process_run_observation order by 1";
    protected const string ArchivedRunIds = "select process_run_id from process_run_archive order by 1";

    const string Columns =
        "process_run_id, process_candidate_code, correlation_id, parent_run_id, status, source_system, "
        + "idempotency_key, input_ref, output_ref, error_ref, evidence_ref, started_at, ended_at, created_at, fold, "
        + "last_event_at, live_at, deadline_at";
    const string ComponentColumns =
        "component_run_id, process_run_id, parent_run_id, correlation_id, dot_code, component_role, event_code, "
        + "queue_job_id, status, input_ref, output_ref, error_ref, evidence_ref, idempotency_key, source_system, "
        + "started_at, ended_at, created_at, fold";

    protected static readonly DateTime Now = new(2027, 6, 1, 12, 0, 0, DateTimeKind.Utc);
    static readonly SettledPoint Start = new(DateTime.UnixEpoch, Guid.Empty);

    private protected TestStore Store { get; private set; } = null!;
    private protected IArchiveStore Archive { get; private set; } = null!;
    private protected FoldingLedger Ledger { get; private set; } = null!;
    private protected RunLedgerOptions Options { get; } = new();

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Store = await Open();
        Archive = Over(Store);
        Ledger = new FoldingLedger(Store.Ledger, options: Options);
    }

    public async ValueTask DisposeAsync()
    {
        if (Ledger is not null)
            await Ledger.DisposeAsync();
        if (Store is not null)
            await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<TestStore> Open();

    private protected abstract IArchiveStore Over(TestStore store);

    [Theory]
    [InlineData("completed", 90)]
    [InlineData("cancelled", 90)]
    [InlineData("failed", 180)]
    [InlineData("stuck", 180)]
    [InlineData("orphan", 180)]
    public async Task A_run_leaves_when_the_period_of_its_status_is_over_and_not_a_microsecond_before(
        string status, int days)
    {
        var run = await Settled(status, Now.AddDays(-days).AddMicroseconds(1));

        Assert.Equal(0, (await Move()).Runs);
        Assert.Equal(1, (await Move(Now.AddMicroseconds(1))).Runs);

        Assert.Equal([run.Id.ToString()], await Store.Query(ArchivedRunIds));
        Assert.Empty(await Store.Query(LiveRuns));
    }

    [Theory]
    [InlineData("observed")]
    [InlineData("started")]
    [InlineData("step_started")]
    [InlineData("step_completed")]
    public async Task A_run_that_is_under_way_stays_however_old(string status)
    {
        await Settled(status, Now.AddDays(-3_000));
        await Ledger.Commit(Some.Run().Started());

        Assert.Equal(0, (await Move()).Runs);

        Assert.Equal(2, (await Store.Query(LiveRuns)).Count);
    }

    [Fact]
    public async Task Rows_leave_whole_with_their_components_and_the_counts_follow()
    {
        var (over, stays) = (Some.Run(), Some.Run());
        foreach (var run in (Some[])[over, stays])
        {
            await Ledger.Commit(run.Started() with { IdempotencyKey = $"key/{run.Id}", InputRef = "in" });
            await Ledger.Commit(run.StepStarted(Guid.CreateVersion7()));
            await Ledger.Commit(run.StepStarted(Guid.CreateVersion7()));
            await Ledger.Commit(run.Completed());
        }

        await Settle(over, "completed", Now.AddDays(-91));
        await Settle(stays, "completed", Now.AddDays(-89));
        var header = await Store.Query(
            $"select {Columns} from process_run_observation where process_run_id = '{over.Id}'");
        var details = await Store.Query($"select {ComponentColumns} from process_component_observation "
            + $"where process_run_id = '{over.Id}' order by 1");

        var moved = await Move();

        Assert.Equal((1, 2), (moved.Runs, moved.Components));
        Assert.Equal(header, await Store.Query($"select {Columns} from process_run_archive"));
        Assert.Equal(
            details, await Store.Query($"select {ComponentColumns} from process_component_archive order by 1"));
        Assert.Equal(
            [LedgerTime.Text(Now)],
            await Store.Query(
                "select archived_at from process_run_archive union select archived_at from process_component_archive"));
        Assert.Equal([stays.Id.ToString()], await Store.Query(LiveRuns));
        Assert.Equal(2, (await Store.Query("select component_run_id from process_component_observation")).Count);
        Assert.Equal(2, (await Store.Query("select idempotency_key from process_run_key")).Count);
        await CountsAreTrue();
    }

    [Fact]
    public async Task A_policy_of_its_own_decides_for_the_candidates_and_statuses_it_names()
    {
        Options.Retention.Policies.Add(
            new() { Candidate = "PROC-CAND:short:*", Periods = { ["completed"] = TimeSpan.FromDays(1) } });
        Options.Retention.Policies.Add(
            new() { Candidate = "PROC-CAND:long:*", Periods = { ["completed"] = TimeSpan.FromDays(1_000) } });
        var shortOne = await Settled("completed", Now.AddDays(-2), "PROC-CAND:short:a");
        await Settled("failed", Now.AddDays(-2), "PROC-CAND:short:a");
        await Settled("completed", Now.AddDays(-200), "PROC-CAND:long:a");
        await Settled("completed", Now.AddDays(-2));
        var failed = await Settled("failed", Now.AddDays(-181), "PROC-CAND:long:a");

        var preview = await Archive.Preview(new RetentionPeriods(Options), Now, Token);
        Assert.Equal(2, (await Move()).Runs);

        Assert.Equal(
            [("completed", "PROC-CAND:short:a", 1L), ("failed", "PROC-CAND:long:a", 1L)],
            preview.Select(due => (due.Status, due.Candidate, due.Runs)));
        Assert.Equal(Sorted(shortOne, failed), await Store.Query(ArchivedRunIds));
    }

    [Fact]
    public async Task A_preview_counts_what_would_leave_and_changes_nothing()
    {
        await Settled("completed", Now.AddDays(-90));
        await Settled("completed", Now.AddDays(-95));
        await Settled("completed", Now.AddDays(-1));
        await Settled("stuck", Now.AddDays(-200));

        var preview = await Archive.Preview(new RetentionPeriods(Options), Now, Token);

        Assert.Equal(
            [
                new DueRuns("completed", "PROC-CAND:dot:kg", 2, Now.AddDays(-95), Now.AddDays(-90)),
                new DueRuns("stuck", "PROC-CAND:dot:kg", 1, Now.AddDays(-200), Now.AddDays(-200)),
            ],
            preview);
        Assert.Equal(4, (await Store.Query(LiveRuns)).Count);
        Assert.Empty(await Store.Query(ArchivedRunIds));
    }

    [Fact]
    public async Task Slices_go_on_where_the_one_before_stopped_and_pass_over_what_stays()
    {
        Options.Retention.Policies.Add(
            new() { Candidate = "keep", Periods = { ["completed"] = TimeSpan.FromDays(9_000) } });
        var over = new List<Some>();
        for (var n = 0; n < 10; n++)
        {
            over.Add(await Settled("completed", Now.AddDays(-100).AddMinutes(n)));
            await Settled("completed", Now.AddDays(-100).AddMinutes(n), "keep");
        }

        var slices = new List<int>();
        for (SettledPoint? after = Start; after is { } point;)
        {
            var moved = await Archive.Move(
                new SliceChoice(point, Now, 3, new RetentionPeriods(Options), OneMonth: false), null, Token);
            slices.Add(moved.Runs);
            after = moved.Last;
        }

        Assert.Equal(10, slices.Sum());
        Assert.All(slices, runs => Assert.InRange(runs, 0, 3));
        Assert.Equal(Sorted([.. over]), await Store.Query(ArchivedRunIds));
        Assert.Equal(10, (await Store.Query(LiveRuns)).Count);
    }

    [Fact]
    public async Task Runs_of_two_months_never_share_a_slice_of_files()
    {
        await Settled("completed", new DateTime(2026, 12, 31, 23, 59, 59, DateTimeKind.Utc));
        await Settled("completed", new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        var months = new List<string>();

        for (SettledPoint? after = Start; after is { } point;)
        {
            after = (await Archive.Move(
                new SliceChoice(point, Now, 100, new RetentionPeriods(Options), OneMonth: true),
                (rows, _) =>
                {
                    months.AddRange(rows.Runs.Select(run => ArchiveSlice.MonthOf(run.SettledAt!.Value)).Distinct());
                    return Task.FromResult(
                        new ArchiveSlice(Guid.CreateVersion7(), months[^1], rows.Runs.Count, rows.Components.Count));
                },
                Token)).Last;
        }

        Assert.Equal(["2026-12", "2027-01"], months);
        Assert.Equal(months, (await Archive.Slices(Token)).Select(slice => slice.Month));
    }

    [Fact]
    public async Task A_slice_of_files_ends_before_it_is_too_much_for_memory()
    {
        var text = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(3_000_000));
        for (var n = 0; n < 5; n++)
        {
            var run = await Settled("completed", Now.AddDays(-100).AddMinutes(n));
            await Store.Query($"update process_run_observation set evidence_ref = '{{\"n\":\"{text}\"}}' "
                + $"where process_run_id = '{run.Id}'");
        }

        var slices = new List<int>();
        for (SettledPoint? after = Start; after is { } point;)
        {
            after = (await Archive.Move(
                new SliceChoice(point, Now, 100, new RetentionPeriods(Options), OneMonth: true),
                (rows, _) =>
                {
                    slices.Add(rows.Runs.Count);
                    return Task.FromResult(
                        new ArchiveSlice(Guid.CreateVersion7(), "2027-02", rows.Runs.Count, rows.Components.Count));
                },
                Token)).Last;
        }

        Assert.Equal(5, slices.Sum());
        Assert.All(slices, runs => Assert.InRange(runs, 1, 4));
    }

    [Fact]
    public async Task What_cannot_be_kept_in_files_does_not_leave()
    {
        var run = await Settled("completed", Now.AddDays(-100));

        await Assert.ThrowsAsync<ArchiveException>(() => Archive.Move(
            new SliceChoice(Start, Now, 100, new RetentionPeriods(Options), OneMonth: true),
            (_, _) => throw new ArchiveException("The disk is full."),
            Token));

        Assert.Equal([run.Id.ToString()], await Store.Query(LiveRuns));
        Assert.Empty(await Store.Query(ArchivedRunIds));
        Assert.Empty(await Archive.Slices(Token));
        await CountsAreTrue();
        Assert.Equal(1, (await Move()).Runs);
    }

    [Fact]
    public async Task A_late_observation_is_rejected_with_the_reason_by_whatever_it_names_the_run()
    {
        var (run, component) = (Some.Run(), Guid.CreateVersion7());
        await Ledger.Commit(run.Started() with { IdempotencyKey = "the-key" });
        await Ledger.Commit(run.StepStarted(component) with { IdempotencyKey = "the-step" });
        // The same run by another id: one of the two is an alias from now on.
        await Ledger.Commit(Some.Run().Started() with { IdempotencyKey = "the-key" });
        await Settle(Guid.Parse(Assert.Single(await Store.Query(LiveRuns))), "stuck", Now.AddDays(-181));
        await Move();
        var kept = await Store.Query("select process_run_id, fold from process_run_archive");

        await Ledger.Commit(run.Completed());
        await Ledger.Commit(Some.Run().Completed() with { IdempotencyKey = "the-key" });
        await Ledger.Commit(run.StepCompleted(Guid.CreateVersion7()));
        await Ledger.Commit(Some.Run().StepCompleted(component));
        await Ledger.Commit(Some.Run().StepCompleted(Guid.CreateVersion7()) with { IdempotencyKey = "the-step" });

        Assert.Empty(await Store.Query(LiveRuns));
        Assert.Empty(await Store.Query("select component_run_id from process_component_observation"));
        Assert.Equal(kept, await Store.Query("select process_run_id, fold from process_run_archive"));
        var reasons = await Store.Query("select reason from rejected_observation");
        Assert.Equal(5, reasons.Count);
        Assert.All(reasons, reason => Assert.StartsWith("Its run ", reason, StringComparison.Ordinal));
        Assert.All(reasons, reason => Assert.Contains("is archived", reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_neighbours_in_the_batch_are_committed()
    {
        var (archived, other) = (await Settled("completed", Now.AddDays(-91)), Some.Run());
        await Move();

        await Ledger.Together(() =>
            [Ledger.Commit(other.Started()), Ledger.Commit(archived.Heartbeat()), Ledger.Commit(other.Completed())]);

        Assert.Contains(
            other.Id.ToString(),
            await Store.Query("select process_run_id from process_run_observation where status = 'completed'"));
        Assert.Single(await Store.Query("select reason from rejected_observation"));
    }

    [Fact]
    public async Task With_reopen_a_late_observation_brings_the_run_back_whole_and_counts()
    {
        Options.Archive.Reopen = true;
        var (run, component) = (Some.Run(), Guid.CreateVersion7());
        await Ledger.Commit(run.Started() with { IdempotencyKey = "the-key" });
        await Ledger.Commit(run.StepStarted(component));
        await Settle(run, "stuck", Now.AddDays(-181));
        await Move();

        await Ledger.Together(() => [Ledger.Commit(run.StepCompleted(component)), Ledger.Commit(run.Completed())]);

        Assert.Equal(
            ["completed"],
            await Store.Query($"select status from process_run_observation where process_run_id = '{run.Id}'"));
        Assert.Equal(["step_completed"], await Store.Query("select status from process_component_observation"));
        Assert.Empty(await Store.Query(ArchivedRunIds));
        Assert.Empty(await Store.Query("select component_run_id from process_component_archive"));
        Assert.Empty(await Store.Query("select reason from rejected_observation"));
        await CountsAreTrue();
    }

    [Fact]
    public async Task A_parent_that_is_archived_is_known()
    {
        var parent = await Settled("completed", Now.AddDays(-91));
        await Move();
        var child = Some.Run();
        await Ledger.Commit(child.Started() with { ParentRunId = parent.Id });
        await Store.Query($"update process_run_observation set deadline_at = '{LedgerTime.Text(Now)}' "
            + $"where process_run_id = '{child.Id}'");

        var due = await Sweeps(Store).Due(Now, Now.AddMinutes(5), 10, Token);

        Assert.True(Assert.Single(due).ParentKnown);
    }

    [Fact]
    public async Task Returned_runs_are_as_they_were_and_have_their_period_anew()
    {
        var run = Some.Run();
        await Ledger.Commit(run.Started() with { IdempotencyKey = "the-key" });
        await Ledger.Commit(run.StepStarted(Guid.CreateVersion7()));
        await Ledger.Commit(run.Completed());
        await Settle(run, "completed", Now.AddDays(-91));
        var header = await Store.Query($"select {Columns} from process_run_observation");
        var details = await Store.Query($"select {ComponentColumns} from process_component_observation");
        await Move();

        var back = await Archive.Return([run.Id, Guid.CreateVersion7()], Now, Token);
        var twice = await Archive.Return([run.Id], Now, Token);

        Assert.Equal([run.Id], back);
        Assert.Empty(twice);
        Assert.Equal(header, await Store.Query($"select {Columns} from process_run_observation"));
        Assert.Equal(details, await Store.Query($"select {ComponentColumns} from process_component_observation"));
        Assert.Equal([LedgerTime.Text(Now)], await Store.Query("select settled_at from process_run_observation"));
        Assert.Empty(await Store.Query(ArchivedRunIds));
        Assert.Equal(0, (await Move()).Runs);
        await CountsAreTrue();
    }

    [Fact]
    public async Task Purged_runs_are_gone_but_their_keys_name_them_for_ever()
    {
        var run = Some.Run();
        await Ledger.Commit(run.Completed() with { IdempotencyKey = "the-key" });
        await Ledger.Commit(run.StepCompleted(Guid.CreateVersion7()));
        await Settle(run, "completed", Now.AddDays(-91));
        await Move();

        Assert.Equal(0, await Archive.Purge(Now.AddMicroseconds(-1), 10, Token));
        Assert.Equal(1, await Archive.Purge(Now, 10, Token));
        await Ledger.Commit(Some.Run().Started() with { IdempotencyKey = "the-key" });

        Assert.Empty(await Store.Query(ArchivedRunIds));
        Assert.Empty(await Store.Query("select component_run_id from process_component_archive"));
        Assert.Empty(await Store.Query(LiveRuns));
        Assert.Contains(
            run.Id.ToString(),
            Assert.Single(await Store.Query("select reason from rejected_observation")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_from_files_come_back_as_they_were_and_never_over_others()
    {
        var run = Some.Run();
        await Ledger.Commit(run.Started() with { IdempotencyKey = "the-key" });
        await Ledger.Commit(run.StepStarted(Guid.CreateVersion7()) with { IdempotencyKey = "the-step" });
        await Ledger.Commit(run.Completed());
        await Settle(run, "completed", Now.AddDays(-91));
        var header = await Store.Query($"select {Columns} from process_run_observation");
        var details = await Store.Query($"select {ComponentColumns} from process_component_observation");
        ArchivedRows? kept = null;
        await Archive.Move(
            new SliceChoice(Start, Now, 10, new RetentionPeriods(Options), OneMonth: true),
            (rows, _) => Task.FromResult(
                new ArchiveSlice(Guid.CreateVersion7(), "2027-03", (kept = rows).Runs.Count, rows.Components.Count)),
            Token);

        Assert.Empty(await Archive.Insert(kept!, Now, Token));
        await Archive.Purge(Now, 10, Token);
        await Store.Query("delete from process_run_key");
        Assert.Equal([run.Id], await Archive.Insert(kept!, Now, Token));
        Assert.Empty(await Archive.Insert(kept!, Now, Token));

        Assert.Equal(header, await Store.Query($"select {Columns} from process_run_observation"));
        Assert.Equal(details, await Store.Query($"select {ComponentColumns} from process_component_observation"));
        Assert.Equal(["the-key"], await Store.Query("select idempotency_key from process_run_key"));
        Assert.Equal([LedgerTime.Text(Now)], await Store.Query("select settled_at from process_run_observation"));
        await Ledger.Commit(Some.Run().Heartbeat() with { IdempotencyKey = "the-key" });
        Assert.Single(await Store.Query(LiveRuns));
        await CountsAreTrue();
    }

    private protected abstract ISweepStore Sweeps(TestStore store);

    private protected Task<MovedSlice> Move(DateTime? now = null) => Archive.Move(
        new SliceChoice(Start, now ?? Now, 1_000, new RetentionPeriods(Options), OneMonth: false), null, Token);

    private protected async Task<Some> Settled(string status, DateTime at, string candidate = "PROC-CAND:dot:kg")
    {
        var run = new Some { Candidate = candidate };
        await Ledger.Commit(run.Started());
        await Settle(run, status, at);
        return run;
    }

    Task Settle(Some run, string status, DateTime at) => Settle(run.Id, status, at);

    // As the machine would have left it; the counters with it.
    async Task Settle(Guid run, string status, DateTime at)
    {
        var was = (await Store.Query($"select status from process_run_observation where process_run_id = '{run}'"))[0];
        await Store.Query(
            $"update process_run_observation set status = '{status}', settled_at = '{LedgerTime.Text(at)}' "
            + $"where process_run_id = '{run}'");
        await Store.Query($"insert into run_status_count (writer, status, runs) values (99, '{was}', -1) "
            + "on conflict (writer, status) do update set runs = run_status_count.runs - 1");
        await Store.Query($"insert into run_status_count (writer, status, runs) values (99, '{status}', 1) "
            + "on conflict (writer, status) do update set runs = run_status_count.runs + 1");
    }

    async Task CountsAreTrue() => Assert.Equal(
        await Store.Query("select status, count(*) from process_run_observation group by status order by status"),
        await Store.Query(
            "select status, sum(runs) from run_status_count group by status having sum(runs) <> 0 order by status"));

    static IEnumerable<string> Sorted(params Some[] runs) =>
        runs.Select(run => run.Id.ToString()).Order(StringComparer.Ordinal);
}
