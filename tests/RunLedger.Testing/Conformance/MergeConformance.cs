using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Storage.Rows;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>How rows that turn out to be one become one, and how their ids are told.</summary>
public abstract class MergeConformance(Provider provider) : StoreSuite(provider)
{
    const string Aliases = "select alias_id, process_run_id from process_run_alias order by alias_id";
    const string Runs = "select process_run_id from process_run_observation order by process_run_id";

    [Fact]
    public async Task A_key_given_for_another_id_makes_that_id_an_alias()
    {
        var (run, again) = (Some.Run(), Some.Run());
        await Ledger.Commit(run.Started() with { IdempotencyKey = "k" });

        await Ledger.Commit(again.Completed() with { IdempotencyKey = "k" });

        Assert.Equal(run.Id, (await Row(again.Id)).ProcessRunId);
        Assert.Equal(RunStatus.Completed, (await Row(run.Id)).Status);
        Assert.Equal([$"{again.Id}|{run.Id}"], await Query(Aliases));
        Assert.Equal([$"k|{run.Id}"], await Query("select idempotency_key, process_run_id from process_run_key"));
        await CountsAreTrue();
    }

    [Fact]
    public async Task Two_stored_runs_that_a_key_links_become_one_with_all_that_was_known_of_both()
    {
        var (run, again) = (Some.Run(), Some.Run());
        var other = Guid.CreateVersion7();
        await Ledger.Commit(run.Started() with { IdempotencyKey = "k1", InputRef = "in" });
        await Ledger.Commit(run.StepStarted(Step));
        await Ledger.Commit(again.Observed() with { IdempotencyKey = "k2" });
        await Ledger.Commit(again.StepCompleted(other) with { SourceSystem = run.Started().SourceSystem });

        await Ledger.Commit(again.Completed() with { IdempotencyKey = "k1", OutputRef = "out" });

        var row = await Row(again.Id);
        Assert.Equal(
            (run.Id, RunStatus.Completed, "in", "out"), (row.ProcessRunId, row.Status, row.InputRef, row.OutputRef));
        Assert.Equal([$"{run.Id}"], await Query(Runs));
        Assert.Equal([$"{run.Id}"], await Query("select distinct process_run_id from process_component_observation"));
        Assert.Equal([$"{again.Id}|{run.Id}"], await Query(Aliases));
        Assert.Equal(
            [$"k1|{run.Id}", $"k2|{run.Id}"],
            await Query("select idempotency_key, process_run_id from process_run_key order by idempotency_key"));
        await CountsAreTrue();
    }

    [Fact]
    public async Task A_merged_run_is_as_old_as_the_older_of_its_rows()
    {
        var (late, early) = (Some.Run(), Some.Run());
        await Ledger.Commit(early.Observed());
        var made = (await Row(early.Id)).CreatedAt;
        await Ledger.Commit(late.Observed() with { IdempotencyKey = "k" });

        await Ledger.Commit(late.Started() with { IdempotencyKey = "k" });
        await Ledger.Commit(early.Observed() with { IdempotencyKey = "k" });

        Assert.Equal((late.Id, made), ((await Row(early.Id)).ProcessRunId, (await Row(early.Id)).CreatedAt));
    }

    [Fact]
    public async Task Messages_under_an_alias_reach_the_run()
    {
        var (run, again) = (Some.Run(), Some.Run());
        await Ledger.Commit(run.Started() with { IdempotencyKey = "k" });
        await Ledger.Commit(again.Observed() with { IdempotencyKey = "k" });

        await Ledger.Commit(again.Failed());
        await Ledger.Commit(again.StepFailed(Step));

        Assert.Equal([$"{run.Id}"], await Query(Runs));
        Assert.Equal(RunStatus.Failed, (await Row(run.Id)).Status);
        Assert.Equal(
            [$"{Step}|{run.Id}"],
            await Query("select component_run_id, process_run_id from process_component_observation"));
    }

    [Fact]
    public async Task The_id_passes_to_a_better_observation_and_back()
    {
        var (first, better, best) = (Some.Run(), Some.Run(), Some.Run());
        await Ledger.Commit(first.Completed() with { IdempotencyKey = "k" });
        await Ledger.Commit(first.StepStarted(Step));

        await Ledger.Commit(better.Started() with { IdempotencyKey = "k" });
        Assert.Equal([$"{first.Id}|{better.Id}"], await Query(Aliases));
        await Ledger.Commit(first.Started() with { OccurredAt = better.Start.AddSeconds(-1) });
        Assert.Equal([$"{better.Id}|{first.Id}"], await Query(Aliases));
        await Ledger.Commit(best.Started() with { IdempotencyKey = "k", OccurredAt = best.Start.AddSeconds(-2) });

        Assert.Equal([$"{best.Id}"], await Query(Runs));
        Assert.Equal(InOrder($"{first.Id}|{best.Id}", $"{better.Id}|{best.Id}"), await Query(Aliases));
        Assert.Equal([$"{best.Id}"], await Query("select process_run_id from process_component_observation"));
        Assert.Equal([$"{best.Id}"], await Query("select process_run_id from process_run_key"));
        Assert.All(
            await Task.WhenAll(Row(first.Id), Row(better.Id), Row(best.Id)),
            row => Assert.Equal(best.Id, row.ProcessRunId));
        await CountsAreTrue();
    }

    [Fact]
    public async Task A_chain_of_keys_within_one_batch_is_one_run()
    {
        var runs = Enumerable.Range(0, 5).Select(n => new Some { Start = Some.Noon.AddSeconds(-n) }).ToList();

        await Ledger.Together(
            [.. runs.Select((run, n) => run.Started() with { IdempotencyKey = $"k{n}" }),
             .. runs.Skip(1).Select((run, n) => run.Observed() with { IdempotencyKey = $"k{n}" })]);

        Assert.Equal([$"{runs[^1].Id}"], await Query(Runs));
        Assert.Equal(InOrder([.. runs[..^1].Select(run => $"{run.Id}|{runs[^1].Id}")]), await Query(Aliases));
        Assert.Equal(
            ["5"], await Query($"select count(*) from process_run_key where process_run_id = '{runs[^1].Id}'"));
        await CountsAreTrue();
    }

    [Fact]
    public async Task A_key_names_one_component_too()
    {
        var run = Some.Run();
        var again = Guid.CreateVersion7();
        await Ledger.Commit(run.StepStarted(Step) with { IdempotencyKey = "k" });
        await Ledger.Commit(run.StepCompleted(again));

        await Ledger.Commit(run.StepCompleted(again) with { IdempotencyKey = "k" });

        Assert.Equal(
            [$"{Step}|step_completed|k"],
            await Query("select component_run_id, status, idempotency_key from process_component_observation"));
        Assert.Equal(
            [$"{again}|{Step}"], await Query("select alias_id, component_run_id from process_component_alias"));
    }

    [Fact]
    public async Task A_run_and_a_component_may_use_the_same_key()
    {
        var run = Some.Run();

        await Ledger.Together(
            run.Started() with { IdempotencyKey = "k" }, run.StepStarted(Step) with { IdempotencyKey = "k" });

        Assert.Equal([$"{run.Id}"], await Query("select process_run_id from process_run_key"));
        Assert.Equal([$"{Step}"], await Query("select component_run_id from process_component_key"));
    }

    [Fact]
    public async Task A_failed_merge_leaves_both_runs_as_they_were()
    {
        var (run, again) = (Some.Run(), Some.Run());
        await Ledger.Commit(run.Started() with { IdempotencyKey = "k" });
        await Ledger.Commit(again.Started());

        RunObservation link = again.Completed() with { IdempotencyKey = "k" };
        await Assert.ThrowsAsync<InvalidDataException>(
            () => Ledger.Commit(link, _ => throw new InvalidDataException("poison")));

        Assert.Equal(["2"], await Query("select count(*) from process_run_observation"));
        Assert.Empty(await Query(Aliases));
        Assert.Equal((again.Id, RunStatus.Started), ((await Row(again.Id)).ProcessRunId, (await Row(again.Id)).Status));
    }

    static IEnumerable<string> InOrder(params string[] rows) => rows.Order(StringComparer.Ordinal);
}
