using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using RunLedger.Contracts;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary><c>sweep</c>: the rate of observations while many runs that are due are flagged beside it.</summary>
static class Sweeping
{
    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
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
        var consumption = new Consumption();
        using var load = new Load(servers, queue, time);
        consumption.Done = load.Committed;
        using var host = Subject.Ledger(servers, queue, consumption);
        await host.StartAsync();
        using var stop = new CancellationTokenSource();
        var publishing = load.Publish(stop.Token);

        await Task.Delay(WarmUp, time);
        var before = await load.Rate(() => Task.Delay(without, time));
        await servers.Query<object>(
            "update process_run_observation set deadline_at = now() where process_candidate_code = 'due'; select 1");
        // The sweep comes on its beat.
        await Stuck(servers, 1, publishing, time);
        var clock = Stopwatch.StartNew();
        var beside = await load.Rate(() => Stuck(servers, due, publishing, time));
        var took = clock.Elapsed;
        var after = await load.Rate(() => Task.Delay(without, time));
        await stop.CancelAsync();
        await publishing;
        await host.StopAsync();

        var told = await servers.Query<long>(
            "select count(*) from process_run_observation where jsonb_array_length(evidence_ref -> 'flags') > 1");
        if (told != 0)
            throw new BenchException($"{told:N0} runs were flagged more than once.");
        var table = new Table().AddColumns("", "observations/s");
        table.AddRow("before", $"{before:N0}");
        table.AddRow($"while {due:N0} runs were flagged, which took {took.TotalSeconds:N1} s", $"{beside:N0}");
        table.AddRow("after", $"{after:N0}");
        table.AddRow("ratio to the mean of before and after", $"{beside / ((before + after) / 2):N2}");
        AnsiConsole.Write(table);
        return 0;
    }

    /// <summary>Stored by the ledger itself, which has no limit for them yet.</summary>
    static async Task Store(Servers servers, string queue, int due, TimeProvider time)
    {
        var consumption = new Consumption();
        consumption.Expect(due);
        using var host = Subject.Ledger(servers, queue, consumption, configure: options =>
        {
            options.Deadlines.Default = new();
            options.Deadlines.SweepEvery = TimeSpan.FromDays(1);
        });
        await host.StartAsync();
        var started = time.GetUtcNow().AddHours(-2);
        await Preload.Fill(servers, queue, Enumerable.Range(0, due).Select(_ => new RunStarted
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

    static async Task Stuck(Servers servers, int runs, Task publishing, TimeProvider time)
    {
        var clock = Stopwatch.StartNew();
        while (await servers.Query<long>(
            "select coalesce(sum(runs), 0)::bigint from run_status_count where status = 'stuck'") is var stuck
            && stuck < runs)
        {
            if (publishing.IsCompleted)
                await publishing;
            if (clock.Elapsed > Limit)
                throw new BenchException($"{stuck:N0} of {runs:N0} runs are stuck after {Limit}.");
            await Task.Delay(TimeSpan.FromMilliseconds(200), time);
        }
    }
}
