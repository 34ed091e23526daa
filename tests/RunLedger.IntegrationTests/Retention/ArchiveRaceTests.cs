using RunLedger.Deadlines;
using RunLedger.IntegrationTests.Storage.Postgres;
using RunLedger.IntegrationTests.Support;
using RunLedger.Retention;
using RunLedger.Testing.Conformance;

namespace RunLedger.IntegrationTests.Retention;

/// <summary>Several sweeps and batches at once.</summary>
public sealed class ArchiveRaceTests() : ArchiveSuite(new PostgresProvider())
{
    [Fact]
    public async Task Sweeps_at_once_archive_every_row_once()
    {
        await Fill(3_000);

        var moved = await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            var (runs, components) = (0, 0);
            for (SettledPoint? after = Start; after is { } point;)
            {
                var slice = await Archive.Move(
                    new SliceChoice(point, Now, 50, new RetentionPeriods(Options), OneMonth: false), null, Token);
                (runs, components, after) = (runs + slice.Runs, components + slice.Components, slice.Last);
            }

            return (runs, components);
        }));

        Assert.Equal((3_000, 6_000), (moved.Sum(m => m.runs), moved.Sum(m => m.components)));
        Assert.Equal(["3000|6000"], await Store.Query(
            "select (select count(*) from process_run_archive), (select count(*) from process_component_archive)"));
        Assert.Empty(await Store.Query(LiveRuns));
        Assert.Empty(await Store.Query("select component_run_id from process_component_observation"));
    }

    [Fact]
    public async Task A_run_that_a_batch_holds_is_left_and_its_change_decides()
    {
        var (held, other) = (await Settled("stuck", Now.AddDays(-200)), await Settled("stuck", Now.AddDays(-200)));
        var (loaded, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var commit = Ledger.Commit(held.Heartbeat(), async () =>
        {
            loaded.TrySetResult();
            await go.Task;
        });
        await loaded.Task;

        Assert.Equal(1, (await Move()).Runs);
        go.SetResult();
        await commit;

        Assert.Equal([held.Id.ToString()], await Store.Query(LiveRuns));
        Assert.Equal([other.Id.ToString()], await Store.Query(ArchivedRunIds));
        Assert.Empty(await Store.Query("select reason from rejected_observation"));
    }

    [Fact]
    public async Task A_batch_that_waits_for_a_slice_finds_the_run_archived()
    {
        var run = await Settled("stuck", Now.AddDays(-200));
        Task? commit = null;

        await Archive.Move(
            new SliceChoice(Start, Now, 10, new RetentionPeriods(Options), OneMonth: true),
            async (rows, _) =>
            {
                commit = Ledger.Commit(run.Heartbeat());
                await WaitsForALock();
                return new ArchiveSlice(Guid.CreateVersion7(), "2027-01", rows.Runs.Count, rows.Components.Count);
            },
            Token);
        await commit!;

        Assert.Empty(await Store.Query(LiveRuns));
        Assert.Equal([run.Id.ToString()], await Store.Query(ArchivedRunIds));
        Assert.Single(await Store.Query("select reason from rejected_observation"));
    }

    [Fact]
    public async Task A_new_component_of_a_run_under_archive_is_rejected_with_it_and_not_lost()
    {
        var run = await Settled("completed", Now.AddDays(-100));
        var component = Guid.CreateVersion7();
        await Ledger.Commit(run.StepStarted(component));
        await Store.Query(
            "update process_run_observation set status = 'completed', settled_at = '2027-01-01T00:00:00Z' "
            + $"where process_run_id = '{run.Id}'");
        Task? commit = null;

        await Archive.Move(
            new SliceChoice(Start, Now, 10, new RetentionPeriods(Options), OneMonth: true),
            async (rows, _) =>
            {
                commit = Ledger.Commit(run.StepCompleted(Guid.CreateVersion7()));
                await WaitsForALock();
                return new ArchiveSlice(Guid.CreateVersion7(), "2027-01", rows.Runs.Count, rows.Components.Count);
            },
            Token);
        await commit!;

        Assert.Equal(
            [component.ToString()], await Store.Query("select component_run_id from process_component_archive"));
        Assert.Empty(await Store.Query("select component_run_id from process_component_observation"));
        Assert.Single(await Store.Query("select reason from rejected_observation"));
    }

    // A batch is a transaction that has begun: it waits for what the slice holds.
    Task WaitsForALock() => Support.Eventually.Async(
        async () => (await Store.Query("select count(*) from pg_stat_activity where datname = current_database() "
            + "and wait_event_type = 'Lock'"))[0] == "0"
            ? "nobody waits"
            : null,
        TimeSpan.FromSeconds(30));

    // Completed runs with two components each, all over.
    async Task Fill(int runs)
    {
        await Store.Query(
            $"""
             insert into process_run_observation
               (process_run_id, process_candidate_code, correlation_id, source_system, status, settled_at)
             select gen_random_uuid(), 'P', 'c', 'dot_runtime', 'completed',
               '2027-06-01T12:00:00Z'::timestamptz - interval '100 d' + n * interval '1 ms'
             from generate_series(1, {runs}) n
             """);
        await Store.Query(
            """
            insert into process_component_observation (component_run_id, process_run_id, correlation_id,
              source_system, status)
            select gen_random_uuid(), process_run_id, 'c', 'dot_runtime', 'step_completed'
            from process_run_observation, generate_series(1, 2)
            """);
    }
}
