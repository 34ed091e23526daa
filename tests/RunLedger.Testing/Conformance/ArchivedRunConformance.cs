using RunLedger.Folding;

namespace RunLedger.Testing.Conformance;

/// <summary>What becomes of messages about a run that is archived.</summary>
public abstract class ArchivedRunConformance(Provider provider) : ArchiveSuite(provider)
{
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

        var due = await Store.Sweeps.Due(Now, Now.AddMinutes(5), 10, Token);

        Assert.True(Assert.Single(due).ParentKnown);
    }
}
