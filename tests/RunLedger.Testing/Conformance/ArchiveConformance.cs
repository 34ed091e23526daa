using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Retention;

namespace RunLedger.Testing.Conformance;

/// <summary>What leaves either store, and when.</summary>
public abstract class ArchiveConformance(Provider provider) : ArchiveSuite(provider)
{
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
}
