using System.CommandLine;
using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Client;
using RunLedger.Client.Sending;

namespace RunLedger.Benchmarks;

/// <summary>
/// What a run of five steps costs the thread it is reported from, beside the same code unreported. The sender is at
/// work, as it is in a service; whom it hands to takes everything at once.
/// </summary>
[MemoryDiagnoser]
public class ReportBenchmark
{
    readonly int _steps = 5;
    ServiceProvider _services = null!;
    IRunReporter _reporter = null!;
    Activity? _activity;

    /// <summary>Whether there is an activity, whose <c>traceparent</c> goes along.</summary>
    [Params(false, true)]
    public bool Traced { get; set; }

    public static Command Create()
    {
        var command = new Command(
            "report", "What a run of five steps costs the thread it is reported from; needs no server.");
        command.SetAction(_ => BenchmarkRunner.Run<ReportBenchmark>(DefaultConfig.Instance
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
            .AddColumn(StatisticColumn.Median, StatisticColumn.P95)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "run-ledger-benchmarks"))));
        return command;
    }

    [GlobalSetup]
    public async Task Start()
    {
        _services = new ServiceCollection()
            .AddLogging()
            .AddRunLedgerClient(options => options.LedgerUrl = new Uri("http://127.0.0.1:9"))
            .AddSingleton<ITransport, DiscardingTransport>()
            .BuildServiceProvider();
        await _services.GetRequiredService<Sender>().StartAsync(CancellationToken.None);
        _reporter = _services.GetRequiredService<IRunReporter>();
        _activity = Traced ? new Activity("bench").SetIdFormat(ActivityIdFormat.W3C).Start() : null;
    }

    [GlobalCleanup]
    public async Task Stop()
    {
        _activity?.Stop();
        await _services.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public async Task Unreported()
    {
        for (var step = 0; step < _steps; step++)
            await Work();
    }

    [Benchmark]
    public Task Reported() => _reporter.Run("PROC-CAND:bench:report", async run =>
    {
        for (var step = 0; step < _steps; step++)
            await run.Step("step", static _ => Work());
    });

    [Benchmark]
    public Task Derived() => _reporter.Run("PROC-CAND:bench:report", async run =>
    {
        for (var step = 0; step < _steps; step++)
            await run.Step("step", static _ => Work());
    }, new RunDetails { IdempotencyKey = "report/2026-11-23" });

    static Task Work() => Task.CompletedTask;

    sealed class DiscardingTransport : ITransport
    {
        public Task<IReadOnlyList<string>> Send(
            IReadOnlyList<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>([]);
    }
}
