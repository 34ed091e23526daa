using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Contracts;
using RunLedger.GroupCommit;
using RunLedger.Runs;

namespace RunLedger.Tests.GroupCommit;

/// <summary>The ledger inside somebody's MassTransit test harness, on a SQLite file.</summary>
public sealed class HarnessTests : IAsyncLifetime
{
    readonly string _file = Path.Combine(Path.GetTempPath(), $"run-ledger-{Guid.CreateVersion7()}.db");
    ServiceProvider _services = null!;
    ITestHarness _harness = null!;

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
        File.Delete(_file);
    }

    [Fact]
    public async Task A_run_that_starts_and_completes_is_a_completed_saga()
    {
        var run = Some.Run();

        await _harness.Bus.Publish(run.Started(), TestContext.Current.CancellationToken);
        await _harness.Bus.Publish(run.Completed(), TestContext.Current.CancellationToken);

        var sagas = _harness.GetSagaStateMachineHarness<RunStateMachine, Run>();
        Assert.NotNull(await sagas.Exists(run.Id, machine => machine.Completed));
    }

    [Fact]
    public async Task A_message_the_door_refuses_is_set_aside_and_its_neighbour_lands()
    {
        var (bad, good) = (Some.Run(), Some.Run());

        await _harness.Bus.Publish(bad.Started() with { SourceSystem = "nobody" }, TestContext.Current.CancellationToken);
        await _harness.Bus.Publish(good.Started(), TestContext.Current.CancellationToken);

        var sagas = _harness.GetSagaStateMachineHarness<RunStateMachine, Run>();
        Assert.NotNull(await sagas.Exists(good.Id, machine => machine.Started));
        var store = _services.GetRequiredService<ILedgerStore>();
        Assert.Null(await store.Find(bad.Id, TestContext.Current.CancellationToken));
    }
}
