using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using HdrHistogram;
using RunLedger.Contracts;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>latency</c>: from publish to committed, at a steady rate; minute by minute also what the tables take.
/// </summary>
static class LatencyBenchmark
{
    static readonly Option<int> Rate = new("--rate")
    {
        Description = "Messages per second; a third of what `throughput` says is the bar's rate.",
        Required = true,
    };

    /// <summary>Until what is hot is compiled, on two cores that are also the broker's and the database's.</summary>
    const int WarmUpSeconds = 20;

    /// <summary>Microseconds of the longest latency that is told apart.</summary>
    const long Longest = 600_000_000;

    static readonly Option<int> Seconds = new("--seconds") { Description = "How long.", DefaultValueFactory = _ => 30 };

    static readonly Option<string?> Chart = new("--chart")
    {
        Description = "An SVG of each minute's latencies and of what the tables take, and dead rows in them.",
    };

    public static Command Create()
    {
        var command = new Command("latency", "Milliseconds from publish to committed, at a steady rate.")
        {
            Rate, Seconds, Chart,
        };
        command.SetAction((parsed, cancellationToken) => Run(
            parsed.GetValue(Rate), parsed.GetValue(Seconds), parsed.GetValue(Chart), TimeProvider.System,
            cancellationToken));
        return command;
    }

    static async Task<int> Run(
        int rate, int seconds, string? chart, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var servers = await Servers.Find();
        var queue = servers.Queue("latency");
        var sent = new ConcurrentDictionary<(Guid, Type, Guid), long>();
        var latencies = HistogramFactory.With64BitBucketSize().WithValuesUpTo(Longest).WithPrecisionOf(2)
            .WithThreadSafeWrites().WithThreadSafeReads().Create();
        var consumption = new ConsumeTimer
        {
            Done = message =>
            {
                if (sent.TryRemove(Name((RunObservation)message), out var at))
                    latencies.RecordValue(Math.Min(Longest, (long)Stopwatch.GetElapsedTime(at).TotalMicroseconds));
            },
        };
        var runs = (int)((long)rate * (seconds + WarmUpSeconds) / ReferenceWorkload.MessagesPerRun);
        consumption.Expect((long)runs * ReferenceWorkload.MessagesPerRun);
        using var host = BenchmarkHost.Ledger(servers, queue, consumption);
        await host.StartAsync(cancellationToken);

        await using var connection = await servers.Connect();
        await using var channel = await Servers.OpenConfirmedChannel(connection);
        var minutes = new LoadMinutes(servers, latencies, Longest);
        var clock = Stopwatch.StartNew();
        var confirms = new Queue<Task>();
        var published = 0L;
        foreach (var message in ReferenceWorkload.Messages(runs, time.GetUtcNow()))
        {
            // Stopped by hand it says what it has.
            if (cancellationToken.IsCancellationRequested)
                break;
            // Every millisecond the messages that are due; the warm-up is not counted.
            while (published > clock.Elapsed.TotalSeconds * rate)
                await Task.Delay(TimeSpan.FromMilliseconds(1), time, CancellationToken.None);
            if (published == (long)rate * WarmUpSeconds)
                minutes.Begin();
            else if (published % rate == 0 && minutes.IsOver)
                await minutes.Next();
            sent[Name(message)] = Stopwatch.GetTimestamp();
            confirms.Enqueue(QueuePreload.Publish(channel, queue, message));
            published++;
            while (confirms.Count > 1_000)
                await confirms.Dequeue();
        }

        await Task.WhenAll(confirms);
        if (!cancellationToken.IsCancellationRequested)
            await consumption.All(TimeSpan.FromMinutes(5));
        var took = clock.Elapsed;
        await minutes.Next();
        minutes.Print();
        minutes.Draw(chart, $"{rate:N0} messages/s for {seconds / 60.0:0.#} min");
        var table = new Table().AddColumns("messages/s", "messages", "p50 ms", "p90 ms", "p99 ms", "max ms");
        var all = minutes.All;
        table.AddRow(
            $"{published / took.TotalSeconds:N0}",
            $"{all.TotalCount:N0}",
            $"{LoadMinutes.Milliseconds(all, 50):N1}",
            $"{LoadMinutes.Milliseconds(all, 90):N1}",
            $"{LoadMinutes.Milliseconds(all, 99):N1}",
            $"{LoadMinutes.Milliseconds(all, 100):N1}");
        AnsiConsole.Write(table);
        await host.StopAsync(CancellationToken.None);
        return 0;
    }

    static (Guid, Type, Guid) Name(RunObservation message) =>
        (message.ProcessRunId, message.GetType(), (message as StepObservation)?.ComponentRunId ?? Guid.Empty);
}
