using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Batching;
using RunLedger.Storage.Sqlite;

namespace RunLedger.Tests.Support;

/// <summary>
/// Somebody's bus with the ledger on it as its scheduler: in memory, on a SQLite file, with a clock that is moved.
/// </summary>
sealed class SchedulerHarness : IAsyncDisposable
{
    public static readonly Uri Scheduler = new("queue:run-ledger-scheduler");
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly string _file = Path.Combine(Path.GetTempPath(), $"run-ledger-{Guid.CreateVersion7()}.db");
    readonly ServiceProvider _services;

    SchedulerHarness(Action<IBusRegistrationConfigurator> configure)
    {
        _services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Time)
            .AddSingleton(Heard)
            .AddMetrics()
            .AddMassTransitTestHarness(TextWriter.Null, bus =>
            {
                bus.AddRunLedger(options =>
                {
                    options.SqliteFile = _file;
                    // The ledger's own schedule keeps out of the way.
                    options.Deadlines.SweepEvery = TimeSpan.FromDays(3_650);
                    options.Unlike.LookEvery = TimeSpan.FromDays(3_650);
                });
                bus.AddMessageScheduler(Scheduler);
                configure(bus);
                bus.UsingInMemory((context, transport) =>
                {
                    transport.UseMessageScheduler(Scheduler);
                    transport.ConfigureEndpoints(context);
                });
            })
            .BuildServiceProvider(validateScopes: true);
        Harness = _services.GetTestHarness();
    }

    /// <summary>At the machine's time: MassTransit has no other.</summary>
    public FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());
    public ITestHarness Harness { get; }
    public IServiceProvider Services => _services;

    /// <summary>What a test's consumers have noted.</summary>
    public Notes Heard { get; } = new();

    public static async Task<SchedulerHarness> Start(Action<IBusRegistrationConfigurator>? configure = null)
    {
        var harness = new SchedulerHarness(configure ?? (_ => { }));
        ((LedgerStore)harness.Services.GetRequiredService<ILedgerStore>()).Open();
        await harness.Harness.Start();
        return harness;
    }

    /// <summary>Moves the clock, a step at a time, until it is so.</summary>
    public async Task Advance(Func<bool> until, TimeSpan? step = null)
    {
        var clock = Stopwatch.StartNew();
        while (!until())
        {
            Assert.True(clock.Elapsed < Limit, $"Not so at {Time.GetUtcNow():u}. Heard: {string.Join(", ", Heard)}");
            Time.Advance(step ?? TimeSpan.FromSeconds(1));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Without moving the clock.</summary>
    public Task Wait(Func<bool> until) => Advance(until, TimeSpan.Zero);

    public List<string> List(string sql)
    {
        using var connection = new SqliteConnection(LedgerStore.ConnectionString(_file));
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var list = new List<string>();
        while (reader.Read())
            list.Add(reader.IsDBNull(0) ? "" : reader.GetString(0));
        return list;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        foreach (var file in (string[])[_file, _file + "-wal", _file + "-shm"])
            File.Delete(file);
    }

    public sealed class Notes : ConcurrentQueue<string>
    {
        public ConsumeContext? Last { get; set; }
    }
}
