using RunLedger.Folding;
using RunLedger.Retention;

namespace RunLedger.Testing.Conformance;

/// <summary>How archived runs come back, and what of them is kept for ever.</summary>
public abstract class ArchiveReturnConformance(Provider provider) : ArchiveSuite(provider)
{
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

    const string Moments = "select archived_at from archive_unfiled";

    [Fact]
    public async Task Purged_runs_are_gone_but_their_keys_name_them_for_ever()
    {
        var run = Some.Run();
        await Ledger.Commit(run.Completed() with { IdempotencyKey = "the-key" });
        await Ledger.Commit(run.StepCompleted(Guid.CreateVersion7()));
        await Settle(run, "completed", Now.AddDays(-91));
        await Move();

        Assert.Equal(0, await Archive.Purge(Now.AddMicroseconds(-1), 10, Token));
        Assert.Single(await Store.Query(Moments));
        Assert.Equal(1, await Archive.Purge(Now, 10, Token));
        Assert.Equal(0, await Archive.Purge(Now, 10, Token));
        Assert.Empty(await Store.Query(Moments));
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
}
