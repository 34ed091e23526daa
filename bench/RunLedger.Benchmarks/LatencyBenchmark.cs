using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using RabbitMQ.Client;
using RunLedger.Contracts;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary><c>latency</c>: from publish to committed, at a steady rate.</summary>
static class LatencyBenchmark
{
    static readonly Option<int> Rate = new("--rate")
    {
        Description = "Messages per second; a third of what `throughput` says is the bar's rate.",
        Required = true,
    };

    /// <summary>Until what is hot is compiled, on two cores that are also the broker's and the database's.</summary>
    const int WarmUpSeconds = 20;

    static readonly Option<int> Seconds = new("--seconds") { Description = "How long.", DefaultValueFactory = _ => 30 };

    public static Command Create()
    {
        var command =
            new Command("latency", "Milliseconds from publish to committed, at a steady rate.") { Rate, Seconds };
        command.SetAction((parsed, _) => Run(parsed.GetValue(Rate), parsed.GetValue(Seconds), TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int rate, int seconds, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var queue = servers.Queue("latency");
        var sent = new ConcurrentDictionary<(Guid, Type, Guid), long>();
        var latencies = new ConcurrentBag<double>();
        var consumption = new ConsumeTimer
        {
            Done = message =>
                latencies.Add(Stopwatch.GetElapsedTime(sent[Name((RunObservation)message)]).TotalMilliseconds),
        };
        var runs = rate * (seconds + WarmUpSeconds) / ReferenceWorkload.MessagesPerRun;
        consumption.Expect(runs * ReferenceWorkload.MessagesPerRun);
        using var host = BenchmarkHost.Ledger(servers, queue, consumption);
        await host.StartAsync();

        await using var connection = await servers.Connect();
        await using var channel = await Servers.OpenConfirmedChannel(connection);
        var clock = Stopwatch.StartNew();
        var confirms = new Queue<Task>();
        var published = 0;
        foreach (var message in ReferenceWorkload.Messages(runs, time.GetUtcNow()))
        {
            // Every millisecond the messages that are due; the warm-up is not counted.
            while (published > clock.Elapsed.TotalSeconds * rate)
                await Task.Delay(TimeSpan.FromMilliseconds(1), time);
            if (published == rate * WarmUpSeconds)
                latencies.Clear();
            sent[Name(message)] = Stopwatch.GetTimestamp();
            confirms.Enqueue(QueuePreload.Publish(channel, queue, message));
            published++;
            while (confirms.Count > 1_000)
                await confirms.Dequeue();
        }

        await Task.WhenAll(confirms);
        await consumption.All(TimeSpan.FromMinutes(5));
        var took = clock.Elapsed;
        await host.StopAsync();
        var table = new Table().AddColumns("messages/s", "messages", "p50 ms", "p90 ms", "p99 ms", "max ms");
        table.AddRow(
            $"{published / took.TotalSeconds:N0}",
            $"{latencies.Count:N0}",
            $"{Statistics.Quantile(latencies, 0.5):N1}",
            $"{Statistics.Quantile(latencies, 0.9):N1}",
            $"{Statistics.Quantile(latencies, 0.99):N1}",
            $"{latencies.Max():N1}");
        AnsiConsole.Write(table);
        return 0;
    }

    static (Guid, Type, Guid) Name(RunObservation message) =>
        (message.ProcessRunId, message.GetType(), (message as StepObservation)?.ComponentRunId ?? Guid.Empty);
}
