using System.Text.Json;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Storage.Rows;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>How rows come and change.</summary>
public abstract class CommitConformance(Provider provider) : StoreSuite(provider)
{
    [Fact]
    public async Task A_first_observation_inserts_its_header()
    {
        var run = Some.Run();

        await Ledger.Commit(run.Started() with { InputRef = "in", IdempotencyKey = "k" });

        var row = await Row(run.Id);
        Assert.Equal(
            (run.Id, run.Candidate, RunStatus.Started, "in", "k", run.Start.UtcDateTime),
            (row.ProcessRunId, row.ProcessCandidateCode, row.Status, row.InputRef, row.IdempotencyKey, row.StartedAt));
        Assert.Equal([$"k|{run.Id}"], await Query("select idempotency_key, process_run_id from process_run_key"));
        Assert.Equal((1, 0), Written(LastCommit));
    }

    [Fact]
    public async Task A_later_observation_updates_the_row_and_keeps_when_it_was_made()
    {
        var run = Some.Run();
        await Ledger.Commit(run.Started());
        var first = await Row(run.Id);

        await Ledger.Commit(run.Completed() with { OutputRef = "out" });

        var row = await Row(run.Id);
        Assert.Equal((RunStatus.Completed, "out", first.CreatedAt), (row.Status, row.OutputRef, row.CreatedAt));
        Assert.Equal((0, 1), Written(LastCommit));
        await CountsAreTrue();
    }

    [Fact]
    public async Task Everything_a_header_holds_comes_back_from_the_store()
    {
        var run = Some.Run();
        var sent = run.Failed() with
        {
            IdempotencyKey = "k",
            ParentRunId = Step,
            InputRef = "in",
            OutputRef = "out",
            ErrorRef = "ünïcödé ✓ 🚂",
            EvidenceRef = JsonSerializer.SerializeToElement(new { n = 1.5, text = "a'b\"c\\" }),
            OccurredAt = run.Start.AddTicks(1_234_567),
        };

        await Ledger.Commit(sent);

        var row = await Row(run.Id);
        var fold = row.ToEntry().Fold;
        Assert.Equal(row with { CreatedAt = default, EvidenceRef = null, Fold = null },
            RunRow.From(fold) with { EvidenceRef = null, Fold = null });
        Assert.Equal(row.Fold, RunRow.From(fold).Fold);
        Assert.Equal(run.Start.UtcDateTime.AddTicks(1_234_560), row.EndedAt);
        Assert.Equal((Step, "ünïcödé ✓ 🚂"), (row.ParentRunId, row.ErrorRef));
    }

    [Fact]
    public async Task A_step_inserts_its_component_and_the_header_it_needs()
    {
        var run = Some.Run();
        var job = Guid.CreateVersion7();

        await Ledger.Commit(run.StepStarted(Step) with { QueueJobId = job, EventCode = "e", IdempotencyKey = "sk" });

        Assert.Equal(RunStatus.StepStarted, (await Row(run.Id)).Status);
        Assert.Equal(
            [$"{Step}|{run.Id}|step_started|dot_kg_check|verifier|e|{job}|sk"],
            await Query(
                "select component_run_id, process_run_id, status, dot_code, component_role, event_code, queue_job_id, "
                + "idempotency_key from process_component_observation"));
        Assert.Equal(
            [$"sk|{Step}"], await Query("select idempotency_key, component_run_id from process_component_key"));
        Assert.Empty(await Query("select idempotency_key from process_run_key"));
    }

    [Fact]
    public async Task What_changes_nothing_is_not_written()
    {
        var run = Some.Run();
        await Ledger.Together(run.Started(), run.StepCompleted(Step), run.Completed());
        var commits = Ledger.Store.Committed.Count;

        await Ledger.Commit(run.Started());
        await Ledger.Commit(run.StepCompleted(Step));
        await Ledger.Commit(run.Completed());

        Assert.Equal(commits, Ledger.Store.Committed.Count);
    }

    [Fact]
    public async Task Of_a_step_that_changes_its_component_alone_the_header_is_not_written()
    {
        var run = Some.Run();
        await Ledger.Together(run.Started(), run.StepCompleted(Step), run.Completed());

        await Ledger.Commit(run.StepStarted(Step));

        Assert.Equal((0, 0), Written(LastCommit));
        Assert.Equal(Step, Assert.Single(LastCommit.Components.Updated).Id);
    }

    [Fact]
    public async Task Messages_of_one_run_that_wait_together_are_one_row_of_one_commit()
    {
        var run = Some.Run();

        await Ledger.Together(
            run.Completed(),
            run.Observed(),
            run.StepStarted(Step),
            run.Started(),
            run.Heartbeat(),
            run.StepCompleted(Step));

        var changes = LastCommit;
        Assert.Equal(
            (1, 0, 1), (changes.Runs.Inserted.Count, changes.Runs.Updated.Count, changes.Components.Inserted.Count));
        Assert.Equal(
            (RunStatus.Completed, run.Start.UtcDateTime), ((await Row(run.Id)).Status, (await Row(run.Id)).StartedAt));
        await CountsAreTrue();
    }

    [Fact]
    public async Task A_message_that_throws_fails_alone()
    {
        var (bad, good, shared) = (Some.Run(), Some.Run(), Some.Run());

        await Ledger.Together(() =>
        {
            Task Poison(RunObservation message) => Assert.ThrowsAsync<InvalidDataException>(
                () => Ledger.Commit(message, _ => throw new InvalidDataException("poison")));
            return
            [
                Poison(shared.Completed()), Ledger.Commit(good.Started()), Poison(bad.Started()),
                Ledger.Commit(shared.Started()),
            ];
        });

        Assert.Equal(RunStatus.Started, (await Row(good.Id)).Status);
        Assert.Equal(RunStatus.Started, (await Row(shared.Id)).Status);
        Assert.Null(await Find(bad.Id));
        await CountsAreTrue();
    }

    [Fact]
    public async Task A_row_the_database_refuses_fails_alone_among_fifty()
    {
        var neighbours = Enumerable.Range(0, 50).Select(_ => Some.Run()).ToList();
        var bad = Some.Run();

        await Ledger.Together(() =>
        {
            async Task Refused() => Assert.IsNotType<RequeueException>(
                await Assert.ThrowsAnyAsync<Exception>(() => Ledger.Smuggle(bad.Started(), Store.Unstorable)));
            List<Task> before = [.. neighbours[..25].Select(run => Ledger.Commit(run.Started())), Refused()];
            return [.. before, .. neighbours[25..].Select(run => Ledger.Commit(run.Started()))];
        });

        Assert.Null(await Find(bad.Id));
        Assert.Equal(["50"], await Query("select count(*) from process_run_observation where status = 'started'"));
        await CountsAreTrue();
    }

    [Fact]
    public async Task The_same_rubbish_is_rejected_once()
    {
        var row = new RejectedRow
        {
            RejectedId = Guid.CreateVersion7(),
            Contract = "RunStarted",
            Origin = "run-ledger",
            Payload = [0, 1, 255],
            ContentType = "application/json",
            Reason = "rubbish",
            RejectedAt = Some.Noon.UtcDateTime,
        };
        var run = Some.Run();

        await Ledger.Together(() => [Ledger.Reject(row), Ledger.Commit(run.Started()), Ledger.Reject(row)]);
        await Ledger.Reject(row with { Reason = "again" });

        Assert.Equal(
            [$"{row.RejectedId}|RunStarted|run-ledger|application/json|rubbish"],
            await Query("select rejected_id, contract, origin, content_type, reason from rejected_observation"));
        Assert.NotNull(await Find(run.Id));
    }

    [Fact]
    public async Task Much_rubbish_is_rejected_a_piece_at_a_time()
    {
        RejectedRow[] rows =
        [
            .. Enumerable.Range(0, 3).Select(_ => new RejectedRow
            {
                RejectedId = Guid.CreateVersion7(),
                Payload = new byte[20 * 1024 * 1024],
                RejectedAt = Some.Noon.UtcDateTime,
            }),
        ];

        await Ledger.Together(() => rows.Select(Ledger.Reject));

        Assert.Equal([2, 1], Ledger.Store.Committed.Select(changes => changes.Rejected.Count));
    }

    [Fact]
    public async Task What_nobody_observed_is_not_found() => Assert.Null(await Find(Guid.CreateVersion7()));

    static (int Inserted, int Updated) Written(LedgerChanges changes) =>
        (changes.Runs.Inserted.Count, changes.Runs.Updated.Count);
}
