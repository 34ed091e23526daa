using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Client;
using RunLedger.Client.Sending;
using RunLedger.Contracts;
using RunLedger.Intake;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Client;

/// <summary>Ledgers that never come back, and hosts that stop.</summary>
public sealed class ClientOutageTests : IDisposable
{
    readonly string _folder = Path.Combine(Path.GetTempPath(), $"run-ledger-spool-{Guid.CreateVersion7()}");
    readonly HeldTransport _ledger = new();

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task While_the_ledger_is_away_nothing_is_lost_that_the_spool_has_room_for()
    {
        // The clock stands: no attempt is made after the first.
        _ledger.Away = true;
        await using var host = await ClientHost.Start(_ledger, new FakeTimeProvider(Some.Noon), options =>
            (options.SpoolDirectory, options.BufferSize) = (_folder, 100));
        await Report(host, 1);
        await _ledger.Missed();

        for (var reported = 2; reported <= 1_000; reported += 20)
        {
            await Report(host, 10);
            await Spooled(reported + 20);
        }

        Assert.Equal(0, host.Sender.Lost);
    }

    [Fact]
    public async Task While_the_ledger_does_not_answer_nothing_is_lost_that_the_spool_has_room_for()
    {
        _ledger.Hangs = true;
        var time = new FakeTimeProvider(Some.Noon);
        await using var host = await ClientHost.Start(
            _ledger, time, options => (options.SpoolDirectory, options.BufferSize) = (_folder, 100));
        await Report(host, 1);
        await Asked(1);
        time.Advance(TimeSpan.FromMinutes(1));
        await Spooled(2);
        // The pause is over, and it hangs again.
        time.Advance(TimeSpan.FromSeconds(1));
        await Asked(2);

        for (var reported = 2; reported <= 1_000; reported += 20)
        {
            await Report(host, 10);
            await Spooled(reported + 20);
        }

        Assert.Equal(0, host.Sender.Lost);
    }

    [Fact]
    public async Task A_ledger_that_heeds_no_cancellation_does_not_hold_up_the_stop_of_its_host()
    {
        var deaf = new DeafTransport();
        await using var services = Services(
            deaf, options => (options.FlushLimit, options.SpoolDirectory) = (TimeSpan.Zero, _folder));
        var sender = services.GetRequiredService<Sender>();
        await sender.StartAsync(CancellationToken.None);
        await services.GetRequiredService<IRunReporter>().Run("P", _ => Task.CompletedTask);
        await deaf.Asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        await services.DisposeAsync()
            .AsTask()
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(2, Directory.GetFiles(_folder).SelectMany(File.ReadLines).Count());
    }

    [Fact]
    public async Task What_services_report_while_they_stop_is_sent_whichever_stops_first()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddHostedService<LateService>();
        builder.Services.AddRunLedgerClient(options => options.LedgerUrl = new Uri("http://127.0.0.1:9"))
            .AddSingleton<ITransport>(_ledger);
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["RunStarted", "RunCompleted"], _ledger.Taken.Select(message => message.GetType().Name));
    }

    [Fact]
    public async Task What_comes_after_the_last_is_counted()
    {
        await using var host = await ClientHost.Start(_ledger);
        await host.DisposeAsync();

        await Report(host, 3);

        Assert.Equal(6, host.Sender.Lost);
    }

    [Fact]
    public async Task A_run_that_everybody_forgot_says_no_more_that_it_is_alive()
    {
        var time = new FakeTimeProvider(Some.Noon);
        await using var host = await ClientHost.Start(
            _ledger, time, options => options.HeartbeatEvery = TimeSpan.FromMinutes(1));
        // In a flow of its own, which ends with it.
        await Task.Run(() => { host.Reporter.StartRun("P"); }, TestContext.Current.CancellationToken);
        for (var n = 0; n < 3; n++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        time.Advance(TimeSpan.FromMinutes(5));
        await host.Stop();

        Assert.IsType<RunStarted>(Assert.Single(_ledger.Taken));
    }

    [Fact]
    public async Task A_process_that_has_nothing_to_do_says_what_is_not_reported_and_sends_what_another_left()
    {
        var time = new FakeTimeProvider(Some.Noon);
        var gone = new HeldTransport { Away = true };
        await using var host = await ClientHost.Start(_ledger, time, options => options.SpoolDirectory = _folder);
        await using (var other = await ClientHost.Start(gone, configure: options => options.SpoolDirectory = _folder))
        {
            await Report(other, 3);
            await gone.Missed();
            await other.Stop();
        }

        await host.Reporter.Run("", _ => Task.CompletedTask);
        var clock = Stopwatch.StartNew();
        while (_ledger.Taken.Count < 6
            || !host.Logged.Lines.Exists(line => line.StartsWith("1 runs are not reported", StringComparison.Ordinal)))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), string.Join('\n', host.Logged.Lines));
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Whoever gives the caller's side a log, a file or a way to the ledger is told here.</summary>
    [Fact]
    public void The_callers_side_holds_memory_and_a_clock_and_nothing_else()
    {
        Type[] callers = [typeof(RunReporter), typeof(OpenRun), typeof(OpenStep), typeof(Outbox)];
        Type[] harmless =
        [
            .. callers, typeof(RunLedgerClientOptions), typeof(StepDetails), typeof(RunStarted), typeof(TimeProvider),
            typeof(ITimer), typeof(Guid), typeof(Guid?), typeof(string), typeof(int), typeof(long), typeof(bool),
            typeof(AsyncLocal<OpenRun?>), typeof(System.Collections.Concurrent.ConcurrentDictionary<string, int>),
            typeof(System.Threading.Channels.Channel<OutboxEntry>),
        ];

        var held = callers.SelectMany(type => type.GetFields(
            BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public))
            .Where(field => !harmless.Contains(field.FieldType))
            .Select(field => $"{field.DeclaringType!.Name} holds a {field.FieldType}");

        Assert.Empty(held);
    }

    async Task Asked(int times)
    {
        var clock = Stopwatch.StartNew();
        while (_ledger.Asked < times)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"The ledger was asked {_ledger.Asked} times.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>All that a process which is killed now would leave.</summary>
    async Task Spooled(int lines)
    {
        var clock = Stopwatch.StartNew();
        var copy = Directory.CreateTempSubdirectory("run-ledger-copy-");
        try
        {
            while (true)
            {
                // Not by .NET, which heeds the locks.
                using (var cp = Process.Start("sh", ["-c", $"cp {_folder}/* {copy.FullName} 2>/dev/null"]))
                    await cp.WaitForExitAsync(TestContext.Current.CancellationToken);
                var there = copy.GetFiles().SelectMany(file => File.ReadLines(file.FullName)).Count();
                if (there >= lines)
                    return;
                Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"{there} of {lines} observations are on disk.");
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    static async Task Report(ClientHost host, int runs)
    {
        for (var n = 0; n < runs; n++)
            await host.Reporter.Run("P", _ => Task.CompletedTask);
    }

    static ServiceProvider Services(ITransport ledger, Action<RunLedgerClientOptions> configure) =>
        new ServiceCollection()
            .AddLogging()
            .AddRunLedgerClient(options =>
            {
                options.LedgerUrl = new Uri("http://127.0.0.1:9");
                configure(options);
            })
            .AddSingleton(ledger)
            .BuildServiceProvider();

    /// <summary>Never answers, whatever it is told.</summary>
    sealed class DeafTransport : ITransport
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<IReadOnlyList<string>> Send(
            IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
        {
            Asked.TrySetResult();
            return new TaskCompletionSource<IReadOnlyList<string>>().Task;
        }
    }

    sealed class LateService(IRunReporter reporter) : IHostedService
    {
        OpenRun? _run;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _run = reporter.StartRun("P");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            _run!.Complete();
            return Task.CompletedTask;
        }
    }
}
