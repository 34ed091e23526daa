using MassTransit;
using MassTransit.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Saga;
using RunLedger.Storage.Rows;
using RunLedger.Storage.Sqlite;

namespace RunLedger.Tests.Support;

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

    public ITestHarness Bus => _harness;

    public ILedgerStore Store => _services.GetRequiredService<ILedgerStore>();

    public T Service<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public static async Task<LedgerHarness> Start(TimeProvider? time = null, Action<RunLedgerOptions>? configure = null)
    {
        var file = Path.Combine(Path.GetTempPath(), $"run-ledger-{Guid.CreateVersion7()}.db");
        var services = new ServiceCollection()
            .AddSingleton(time ?? TimeProvider.System)
            .AddMetrics()
            .AddMassTransitTestHarness(TextWriter.Null, bus =>
            {
                // The harness gives up on a machine that did nothing for so long, not the ledger: it may be busy.
                bus.SetTestTimeouts(testInactivityTimeout: TimeSpan.FromSeconds(30));
                bus.AddRunLedger(options =>
                {
                    options.SqliteFile = file;
                    // A test that does not say otherwise sweeps when it wants to.
                    options.Deadlines.SweepEvery = TimeSpan.FromDays(3_650);
                    options.Retention.Every = TimeSpan.FromDays(3_650);
                    options.Expected.JudgeEvery = TimeSpan.FromDays(3_650);
                    options.Unlike.LookEvery = TimeSpan.FromDays(3_650);
                    configure?.Invoke(options);
                });
            })
            .BuildServiceProvider(validateScopes: true);
        var ledger = new LedgerHarness(file, services);
        await ledger._harness.Start();
        return ledger;
    }

    public Task Publish(RunObservation message) => _harness.Bus.Publish((object)message, message.GetType());

    /// <summary>Publishes a message and waits until the ledger is done with it.</summary>
    public async Task Take(object message)
    {
        var id = NewId.NextGuid();
        await _harness.Bus.Publish(message, message.GetType(), context => context.MessageId = id);
        Assert.True(
            await _harness.Consumed.Any(consumed => consumed.Context.MessageId == id && consumed.Exception is null),
            $"{message.GetType().Name} was not consumed.");
    }

    /// <summary>Sweeps, and waits until the ledger has looked at what was due.</summary>
    public async Task Sweep()
    {
        var asked = new List<Guid>();
        var ledger = await _harness.Bus.GetSendEndpoint(new Uri("exchange:run-ledger"));
        await Service<DeadlineSweep>().Once(
            async due =>
            {
                foreach (var deadline in due)
                {
                    asked.Add(NewId.NextGuid());
                    await ledger.Send(deadline, context => context.MessageId = asked[^1]);
                }
            },
            TestContext.Current.CancellationToken);
        foreach (var id in asked)
        {
            Assert.True(
                await _harness.Consumed.Any(consumed => consumed.Context.MessageId == id && consumed.Exception is null),
                "A deadline was not looked at.");
        }
    }

    public async Task<RunRow> Row(Guid id) =>
        await Store.Find(id, TestContext.Current.CancellationToken)
        ?? throw new InvalidOperationException($"No run {id}.");

    /// <summary>The first column of the first row of a query, as text.</summary>
    public async Task<string?> Scalar(string sql)
    {
        await using var connection = new SqliteConnection(LedgerStore.ConnectionString(_file));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (await command.ExecuteScalarAsync())?.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        File.Delete(_file);
    }
}
