using System.CommandLine;
using Microsoft.Extensions.Hosting;
using RunLedger.Contracts;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary><c>sweep</c>: the rate of observations while many runs that are due are flagged beside it.</summary>
static class SweepBenchmark
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    static readonly Option<int> Due =
        new("--due") { Description = "Runs that are due.", DefaultValueFactory = _ => 100_000 };
    static readonly Option<int> Seconds = new("--seconds")
    {
        Description = "How long to measure without a sweep, before it and after it.",
        DefaultValueFactory = _ => 20,
    };

    public static Command Create()
    {
        var command = new Command(
            "sweep", "Observations per second while runs that are due are flagged, as a ratio to without.")
        {
            Due, Seconds,
        };
        command.SetAction((parsed, _) =>
            Run(parsed.GetValue(Due), TimeSpan.FromSeconds(parsed.GetValue(Seconds)), TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int due, TimeSpan without, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var queue = servers.Queue("sweep");
        await Store(servers, queue, due, time);
        var before = await Stuck();
        var rates = await BackgroundWorkRates.Measure(
            servers,
            queue,
            configure: null,
            without,
            () => servers.Query<object>("update process_run_observation set deadline_at = now() "
                + "where process_candidate_code = 'due'; select 1"),
            async () => await Stuck() - before,
            due,
            Limit,
            time);

        var repeated = await servers.Query<long>(
            "select count(*) from process_run_observation where jsonb_array_length(evidence_ref -> 'flags') > 1");
        if (repeated != 0)
            throw new BenchException($"{repeated:N0} runs were flagged more than once.");
        AnsiConsole.Write(
            rates.ToTable($"while {due:N0} runs were flagged, which took {rates.Duration.TotalSeconds:N1} s"));
        return 0;

        Task<long> Stuck() => servers.Query<long>(
            "select coalesce(sum(runs), 0)::bigint from run_status_count where status = 'stuck'");
    }

    /// <summary>Stored by the ledger itself, which has no limit for them yet.</summary>
    static async Task Store(Servers servers, string queue, int due, TimeProvider time)
    {
        var consumption = new ConsumeTimer();
        consumption.Expect(due);
        using var host = BenchmarkHost.Ledger(servers, queue, consumption, configure: options =>
        {
            options.Deadlines.Default = new();
            options.Deadlines.SweepEvery = TimeSpan.FromDays(1);
        });
        await host.StartAsync();
        var started = time.GetUtcNow().AddHours(-2);
        await QueuePreload.Fill(servers, queue, Enumerable.Range(0, due).Select(_ => new RunStarted
        {
            ProcessRunId = Guid.CreateVersion7(),
            ProcessCandidateCode = "due",
            CorrelationId = "c",
            SourceSystem = SourceSystems.DotRuntime,
            OccurredAt = started,
        }));
        await consumption.All(Limit);
        await host.StopAsync();
        await servers.Query<object>("analyze; select 1");
    }
}
