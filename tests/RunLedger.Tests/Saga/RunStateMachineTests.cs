using System.Text;
using MassTransit;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Saga;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Saga;

/// <summary>Every event in every state, and the stories that a broker makes of them.</summary>
public sealed class RunStateMachineTests : IAsyncLifetime
{
    /// <summary>What happens to a run in the state of the row when the event of the column occurred later.</summary>
    const string Later =
        """
        .               RunObserved     RunStarted      RunHeartbeat    StepStarted     StepCompleted   StepFailed      RunCompleted    RunFailed       RunCancelled
        Initial         Observed        Started         Observed        StepStarted     StepCompleted   StepStarted     Completed       Failed          Cancelled
        Observed        Observed        Started         Observed        StepStarted     StepCompleted   StepStarted     Completed       Failed          Cancelled
        Started         Started         Started         Started         StepStarted     StepCompleted   StepStarted     Completed       Failed          Cancelled
        StepStarted     StepStarted     StepStarted     StepStarted     StepStarted     StepCompleted   StepStarted     Completed       Failed          Cancelled
        StepCompleted   StepCompleted   StepCompleted   StepCompleted   StepStarted     StepCompleted   StepStarted     Completed       Failed          Cancelled
        Completed       Completed       Completed       Completed       Completed       Completed       Completed       Completed       Completed       Completed
        Failed          Failed          Failed          Failed          Failed          Failed          Failed          Failed          Failed          Failed
        Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Cancelled
        """;

    /// <summary>
    /// The same where it occurred earlier and was overtaken: an older step changes nothing, an older end is the end.
    /// </summary>
    const string Earlier =
        """
        .               RunObserved     RunStarted      RunHeartbeat    StepStarted     StepCompleted   StepFailed      RunCompleted    RunFailed       RunCancelled
        Observed        Observed        Started         Observed        StepStarted     StepCompleted   StepStarted     Completed       Failed          Cancelled
        Started         Started         Started         Started         StepStarted     StepCompleted   StepStarted     Completed       Failed          Cancelled
        StepStarted     StepStarted     StepStarted     StepStarted     StepStarted     StepStarted     StepStarted     Completed       Failed          Cancelled
        StepCompleted   StepCompleted   StepCompleted   StepCompleted   StepCompleted   StepCompleted   StepCompleted   Completed       Failed          Cancelled
        Completed       Completed       Completed       Completed       Completed       Completed       Completed       Completed       Failed          Cancelled
        Failed          Failed          Failed          Failed          Failed          Failed          Failed          Completed       Failed          Cancelled
        Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Completed       Failed          Cancelled
        """;

    /// <summary>
    /// The same at one time: a step completed rather than started, and of ends failed, cancelled, completed.
    /// </summary>
    const string AtOnce =
        """
        .               RunObserved     RunStarted      RunHeartbeat    StepStarted     StepCompleted   StepFailed      RunCompleted    RunFailed       RunCancelled
        StepStarted     StepStarted     StepStarted     StepStarted     StepStarted     StepCompleted   StepStarted     Completed       Failed          Cancelled
        StepCompleted   StepCompleted   StepCompleted   StepCompleted   StepCompleted   StepCompleted   StepCompleted   Completed       Failed          Cancelled
        Completed       Completed       Completed       Completed       Completed       Completed       Completed       Completed       Failed          Cancelled
        Failed          Failed          Failed          Failed          Failed          Failed          Failed          Failed          Failed          Failed
        Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Cancelled       Failed          Cancelled
        """;

    LedgerHarness _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await LedgerHarness.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Theory]
    [InlineData(Later, 1)]
    [InlineData(Earlier, -1)]
    [InlineData(AtOnce, 0)]
    public async Task Every_event_in_every_state_leads_where_the_rules_say(string table, int secondsAfter)
    {
        var came = new StringBuilder();
        var rows = table.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        foreach (var state in rows.Skip(1).Select(row => row[0]))
        {
            came.Append('\n').Append(state.PadRight(16));
            foreach (var contract in rows[0].Skip(1))
            {
                var run = Some.Run();
                if (state != "Initial")
                {
                    await _ledger.Take(LeadingTo(state, run) with { OccurredAt = run.Start });
                    Assert.Equal(state, (await _ledger.Row(run.Id)).Status.ToString());
                }

                await _ledger.Take(Make(contract, run) with { OccurredAt = run.Start.AddSeconds(secondsAfter) });
                came.Append((await _ledger.Row(run.Id)).Status.ToString().PadRight(16));
            }
        }

        // The whole table at once, so that a difference is seen in its place.
        Assert.Equal(Trimmed(table[(table.IndexOf('\n', StringComparison.Ordinal) + 1)..]), Trimmed(came.ToString()));
    }

    [Fact]
    public void Every_state_also_those_nothing_leads_to_yet_answers_every_event()
    {
        var machine = new RunStateMachine(new DeadlineEvaluator(new RunLedgerOptions(), TimeProvider.System));
        var answered = ContractMap.Folded.Select(contract => contract + "Received").Order();

        Assert.Equal(answered, machine.NextEvents(machine.GetState("Initial")).Select(e => e.Name).Order());
        foreach (var status in Enum.GetNames<RunStatus>())
        {
            // A deadline of a run nobody knows is dropped; in every state of one that is known it is looked at.
            Assert.Equal(
                answered.Append("DeadlineReachedReceived").Order(),
                machine.NextEvents(machine.GetState(status)).Select(e => e.Name).Order());
        }
    }

    [Fact]
    public async Task A_run_whose_messages_arrive_backwards_ends_as_it_ended()
    {
        var (run, step) = (Some.Run(), Guid.CreateVersion7());

        await _ledger.Take(run.Completed());
        await _ledger.Take(run.StepCompleted(step));
        await _ledger.Take(run.StepStarted(step));
        await _ledger.Take(run.Started());

        var row = await _ledger.Row(run.Id);
        Assert.Equal(RunStatus.Completed, row.Status);
        Assert.Equal(run.Start.UtcDateTime, row.StartedAt);
        Assert.Equal(run.Start.UtcDateTime.AddSeconds(60), row.EndedAt);
        Assert.Null(row.EvidenceRef);
    }

    [Fact]
    public async Task A_message_delivered_again_changes_nothing()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started());
        await _ledger.Take(run.Failed());
        var before = await _ledger.Row(run.Id);

        await _ledger.Take(run.Failed());
        await _ledger.Take(run.Started());

        Assert.True(Jsonb.Same(before, await _ledger.Row(run.Id)));
    }

    [Fact]
    public async Task A_start_that_arrives_after_the_end_still_says_when_and_who()
    {
        var run = Some.Run();
        await _ledger.Take(run.Completed() with { ProcessCandidateCode = "guessed", OutputRef = "s3://out" });
        Assert.Null((await _ledger.Row(run.Id)).StartedAt);

        await _ledger.Take(run.Started());

        var row = await _ledger.Row(run.Id);
        Assert.Equal(RunStatus.Completed, row.Status);
        Assert.Equal(run.Start.UtcDateTime, row.StartedAt);
        Assert.Equal(run.Candidate, row.ProcessCandidateCode);
        Assert.Equal("s3://out", row.OutputRef);
        Assert.Contains("also said to be of candidate guessed", row.EvidenceRef, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_failed_and_completed_the_earlier_counts_and_the_other_is_told()
    {
        var run = Some.Run();
        await _ledger.Take(run.Completed() with { OccurredAt = run.Start.AddSeconds(60), OutputRef = "s3://out" });
        await _ledger.Take(run.Failed() with { OccurredAt = run.Start.AddSeconds(59) });

        var row = await _ledger.Row(run.Id);
        Assert.Equal(RunStatus.Failed, row.Status);
        Assert.Equal("it broke", row.ErrorRef);
        Assert.Null(row.OutputRef);
        Assert.Equal(run.Start.UtcDateTime.AddSeconds(59), row.EndedAt);
        Assert.Contains(
            "also reported completed at 2026-11-01T12:01:00.000000Z; failed at 2026-11-01T12:00:59.000000Z counts",
            row.EvidenceRef,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_before_the_start_is_kept_with_a_warning()
    {
        var run = Some.Run();
        await _ledger.Take(run.Started());
        await _ledger.Take(run.Completed() with { OccurredAt = run.Start.AddSeconds(-5) });

        var row = await _ledger.Row(run.Id);
        Assert.Equal(RunStatus.Completed, row.Status);
        Assert.True(row.EndedAt < row.StartedAt);
        Assert.Contains("before it started at 2026-11-01T12:00:00.000000Z", row.EvidenceRef, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_overtakes_its_start_opens_the_run()
    {
        var run = Some.Run();

        await _ledger.Take(run.StepStarted(Guid.CreateVersion7()));
        var opened = await _ledger.Row(run.Id);
        await _ledger.Take(run.Started());

        Assert.Equal((RunStatus.StepStarted, null), (opened.Status, opened.StartedAt));
        Assert.Equal(run.Start.UtcDateTime, (await _ledger.Row(run.Id)).StartedAt);
    }

    static string Trimmed(string table) =>
        string.Join('\n', table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    static RunObservation LeadingTo(string state, Some run) => state switch
    {
        "Observed" => run.Observed(),
        "Started" => run.Started(),
        "StepStarted" => run.StepStarted(Guid.CreateVersion7()),
        "StepCompleted" => run.StepCompleted(Guid.CreateVersion7()),
        "Completed" => run.Completed(),
        "Failed" => run.Failed(),
        "Cancelled" => run.Cancelled(),
        _ => throw new ArgumentException($"Nothing leads to {state}."),
    };

    static RunObservation Make(string contract, Some run) => contract switch
    {
        nameof(RunHeartbeat) => run.Heartbeat(),
        nameof(StepFailed) => run.StepFailed(Guid.CreateVersion7()),
        _ => LeadingTo(contract.StartsWith("Run", StringComparison.Ordinal) ? contract["Run".Length..] : contract, run),
    };
}
