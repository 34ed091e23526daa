using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Contracts;
using RunLedger.GroupCommit;
using RunLedger.Runs;

namespace RunLedger.Tests;

/// <summary>The ledger inside somebody's MassTransit test harness, on a SQLite file of its own.</summary>
sealed class LedgerHarness : IAsyncDisposable
{
    readonly string _file;
    readonly ServiceProvider _services;
    readonly ITestHarness _harness;

    LedgerHarness(string file, ServiceProvider services)
    {
        _file = file;
        _services = services;
        _harness = services.GetTestHarness();
    }

    public ISagaStateMachineTestHarness<RunStateMachine, Run> Sagas =>
        _harness.GetSagaStateMachineHarness<RunStateMachine, Run>();

    public ILedgerStore Store => _services.GetRequiredService<ILedgerStore>();

    public static async Task<LedgerHarness> Start()
    {
        var file = Path.Combine(Path.GetTempPath(), $"run-ledger-{Guid.CreateVersion7()}.db");
        var services = new ServiceCollection()
            .AddMassTransitTestHarness(TextWriter.Null, bus => bus.AddRunLedger(options => options.SqliteFile = file))
            .BuildServiceProvider(validateScopes: true);
        var ledger = new LedgerHarness(file, services);
        await ledger._harness.Start();
        return ledger;
    }

    public Task Publish(RunObservation message) => _harness.Bus.Publish((object)message, message.GetType());

    /// <summary>Publishes a message and waits until the ledger is done with it.</summary>
    public async Task Take(RunObservation message)
    {
        var id = NewId.NextGuid();
        await _harness.Bus.Publish((object)message, message.GetType(), context => context.MessageId = id);
        Assert.True(
            await _harness.Consumed.Any(consumed => consumed.Context.MessageId == id && consumed.Exception is null),
            $"{message.GetType().Name} was not consumed.");
    }

    public async Task<RunRow> Row(Guid id) =>
        await Store.Find(id, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException($"No run {id}.");

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        File.Delete(_file);
    }
}
