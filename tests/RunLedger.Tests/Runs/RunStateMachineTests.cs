using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Contracts;
using RunLedger.GroupCommit;
using RunLedger.Runs;

namespace RunLedger.Tests.Runs;

/// <summary>Every event has an answer in every state.</summary>
public sealed class RunStateMachineTests : IAsyncLifetime
{
    static readonly string[] Contracts =
    [
        nameof(RunObserved), nameof(RunStarted), nameof(RunHeartbeat), nameof(StepStarted), nameof(StepCompleted),
        nameof(StepFailed), nameof(RunCompleted), nameof(RunFailed), nameof(RunCancelled),
    ];

    // The state a run is in, and where each contract, in the order above, takes it. Of two ends the earlier counts,
    // and all ends here are later than the one the run came with.
    static readonly string[] Table =
    [
        "Initial       | Observed Started Observed StepStarted StepCompleted StepStarted Completed Failed Cancelled",
        "Observed      | Observed Started Observed StepStarted StepCompleted StepStarted Completed Failed Cancelled",
        "Started       | Started Started Started StepStarted StepCompleted StepStarted Completed Failed Cancelled",
        "StepStarted   | StepStarted StepStarted StepStarted StepStarted StepCompleted StepStarted Completed Failed Cancelled",
        "StepCompleted | StepCompleted StepCompleted StepCompleted StepStarted StepCompleted StepStarted Completed Failed Cancelled",
        "Completed     | Completed Completed Completed Completed Completed Completed Completed Completed Completed",
        "Failed        | Failed Failed Failed Failed Failed Failed Failed Failed Failed",
        "Cancelled     | Cancelled Cancelled Cancelled Cancelled Cancelled Cancelled Cancelled Cancelled Cancelled",
    ];

    static readonly Guid Component = Guid.Parse("0198c0de-0000-7000-8000-000000000001");

    readonly string _file = Path.Combine(Path.GetTempPath(), $"run-ledger-{Guid.CreateVersion7()}.db");
    ServiceProvider _services = null!;
    ITestHarness _harness = null!;

    public static TheoryData<string, string, string> Transitions()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var row in Table)
        {
            var (state, next) = (row.Split('|')[0].Trim(), row.Split('|')[1].Trim().Split(' '));
            foreach (var (contract, to) in Contracts.Zip(next))
                data.Add(state, contract, to);
        }

        return data;
    }

    public async ValueTask InitializeAsync()
    {
        _services = new ServiceCollection()
            .AddMassTransitTestHarness(bus => bus.AddRunLedger(options => options.SqliteFile = _file))
            .BuildServiceProvider(validateScopes: true);
        _harness = _services.GetTestHarness();
        await _harness.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        foreach (var file in (string[])[_file, _file + "-wal", _file + "-shm"])
            File.Delete(file);
    }

    [Fact]
    public void The_table_is_complete() => Assert.Equal(8 * 9, Transitions().Count);

    [Theory]
    [MemberData(nameof(Transitions))]
    public async Task An_event_takes_a_run_where_the_table_says(string state, string contract, string next)
    {
        var run = Some.Run();
        if (state != "Initial")
            await Take(Bringing(run, state), state);

        await Take(Event(run, contract), next);
    }

    [Theory]
    [InlineData(nameof(RunFailed), "Failed")]
    [InlineData(nameof(RunCancelled), "Cancelled")]
    [InlineData(nameof(RunCompleted), "Completed")]
    public async Task An_end_that_was_earlier_counts_though_it_comes_later(string contract, string next)
    {
        var run = Some.Run();
        var known = contract == nameof(RunCompleted) ? "Failed" : "Completed";
        await Take(Bringing(run, known), known);

        await Take(Event(run, contract) with { OccurredAt = run.Start }, next);
    }

    [Theory]
    [InlineData(nameof(StepStarted), "StepCompleted")]
    [InlineData(nameof(StepFailed), "StepCompleted")]
    public async Task A_step_that_was_earlier_does_not_move_a_run_back(string contract, string next)
    {
        var run = Some.Run();
        await Take(Bringing(run, "StepCompleted"), "StepCompleted");

        await Take(Event(run, contract) with { OccurredAt = run.Start }, next);
    }

    [Fact]
    public void Every_event_is_accepted_in_every_state()
    {
        var machine = new RunStateMachine();
        var events = typeof(RunStateMachine).GetProperties()
            .Where(property => property.PropertyType.IsAssignableTo(typeof(Event))
                && property.PropertyType.IsGenericType)
            .Select(property => ((Event)property.GetValue(machine)!).Name)
            .ToHashSet();

        Assert.Equal(Contracts.Select(name => name + "Received").ToHashSet(), events);
        foreach (var state in Enum.GetNames<RunStatus>().Append("Initial"))
        {
            var accepted = ((StateMachine)machine).NextEvents(((StateMachine)machine).GetState(state)).Select(e => e.Name).ToHashSet();
            Assert.True(accepted.IsSupersetOf(events), $"{state} accepts only {string.Join(", ", accepted)}");
        }
    }

    [Fact]
    public void The_states_are_the_statuses()
    {
        var machine = new RunStateMachine();

        Assert.Equal(
            Enum.GetNames<RunStatus>().Concat(["Initial", "Final"]).Order(StringComparer.Ordinal),
            ((StateMachine)machine).States.Select(state => state.Name).Order(StringComparer.Ordinal));
    }

    /// <summary>Through the bus and the machine; the state the row is in when the message is done.</summary>
    async Task Take(RunObservation message, string expected)
    {
        var id = Guid.CreateVersion7();
        await _harness.Bus.Publish((object)message, context => context.MessageId = id, TestContext.Current.CancellationToken);

        Assert.True(await _harness.Consumed.Any(
            received => received.Context.MessageId == id, TestContext.Current.CancellationToken));
        var row = await _services.GetRequiredService<ILedgerStore>()
            .Find(message.ProcessRunId, TestContext.Current.CancellationToken);
        Assert.Equal(expected, row?.Status.ToString());
    }

    static RunObservation Bringing(Some run, string state) =>
        Event(run, state is "StepStarted" or "StepCompleted" ? state : "Run" + state) with
        {
            OccurredAt = run.Start.AddSeconds(5),
        };

    static RunObservation Event(Some run, string contract)
    {
        RunObservation message = contract switch
        {
            nameof(RunObserved) => run.Observed(),
            nameof(RunStarted) => run.Started(),
            nameof(RunHeartbeat) => run.Heartbeat(),
            nameof(StepStarted) => run.StepStarted(Component),
            nameof(StepCompleted) => run.StepCompleted(Component),
            nameof(StepFailed) => run.StepFailed(Component),
            nameof(RunCompleted) => run.Completed(),
            nameof(RunFailed) => run.Failed(),
            _ => run.Cancelled(),
        };
        return message with { OccurredAt = run.Start.AddSeconds(60) };
    }
}
