using System.CommandLine;
using System.Diagnostics;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>journal</c>: what is published to the contracts' exchanges while a service takes it, with the stream bound to
/// them and without, in turn. A queue that was filled before would not show it: the broker writes both at once.
/// </summary>
static class JournalBenchmark
{
    const int Window = 2_000;
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    static readonly Option<int> Messages =
        new("--messages") { Description = "Messages of a round.", DefaultValueFactory = _ => 160_000 };
    static readonly Option<int> Rounds =
        new("--rounds") { Description = "Rounds of each, in turn.", DefaultValueFactory = _ => 3 };

    public static Command Create()
    {
        var command = new Command("journal", "The rate with the journal on, as a ratio to without.")
        {
            Messages, Rounds,
        };
        command.SetAction((parsed, _) => Run(
            parsed.GetValue(Messages) / ReferenceWorkload.MessagesPerRun, parsed.GetValue(Rounds),
            TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int runs, int rounds, TimeProvider time)
    {
        await using var servers = await Servers.Find(kept: false);
        var (confirmed, committed) = (new List<double>[] { [], [] }, new List<double>[] { [], [] });
        // The first of each is not counted.
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var on in round % 2 == 0 ? (int[])[0, 1] : [1, 0])
            {
                var (published, taken) = await Round(servers, on == 1, round == 0 ? runs / 10 : runs, time);
                if (round == 0)
                    continue;
                confirmed[on].Add(published);
                committed[on].Add(taken);
            }
        }

        var table = new Table().AddColumns(
            $"of {runs * ReferenceWorkload.MessagesPerRun:N0} messages", "confirmed/s", "committed/s");
        table.AddRow("without", Text(confirmed[0]), Text(committed[0]));
        table.AddRow("with the journal", Text(confirmed[1]), Text(committed[1]));
        table.AddRow("ratio, median of the rounds", Ratio(confirmed), Ratio(committed));
        AnsiConsole.Write(table);
        return 0;

        static string Text(List<double> all) =>
            $"{Statistics.Median(all):N0} ({string.Join(", ", all.Select(one => $"{one:N0}"))})";

        static string Ratio(List<double>[] both) =>
            $"{Statistics.Median([.. both[1].Zip(both[0], (a, b) => a / b)]):N3}";
    }

    static async Task<(double Confirmed, double Committed)> Round(
        Servers servers, bool on, int runs, TimeProvider time)
    {
        var queue = servers.Queue($"journal-{Guid.CreateVersion7():N}");
        await servers.Clear();
        await using var connection = await servers.Connect();
        try
        {
            await using var service = await ServiceProcess.Start(
                servers.Postgres,
                "",
                new Dictionary<string, string>
                {
                    ["ConnectionStrings__RabbitMq"] = $"{servers.Rabbit}",
                    ["RunLedger__QueueName"] = queue,
                    ["Journal__Enabled"] = on ? "true" : "false",
                },
                time);
            while (on && !await Exists(connection, $"{queue}-journal"))
                await Task.Delay(Pause, time);
            var start = Stopwatch.GetTimestamp();
            await Publish(connection, runs, time);
            var published = Stopwatch.GetElapsedTime(start);
            await Completed(servers, runs, time);
            var messages = runs * ReferenceWorkload.MessagesPerRun;
            return (messages / published.TotalSeconds, messages / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        finally
        {
            // Bound to the exchanges, they would get what follows.
            await using var channel = await connection.CreateChannelAsync();
            foreach (var name in (string[])[queue, $"{queue}-journal"])
                await channel.QueueDeleteAsync(name);
            await channel.ExchangeDeleteAsync(queue);
        }
    }

    static async Task Publish(IConnection connection, int runs, TimeProvider time)
    {
        await using var channel = await Servers.OpenConfirmedChannel(connection);
        var properties = new BasicProperties
        {
            ContentType = "application/vnd.masstransit+json",
            DeliveryMode = DeliveryModes.Persistent,
        };
        foreach (var window in ReferenceWorkload.Messages(runs, time.GetUtcNow()).Chunk(Window))
        {
            await Task.WhenAll(window.Select(message => channel.BasicPublishAsync(
                $"RunLedger.Contracts:{message.GetType().Name}", "", mandatory: true, properties,
                ReferenceWorkload.Envelope(message)).AsTask()));
        }
    }

    static async Task<bool> Exists(IConnection connection, string queue)
    {
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            await channel.QueueDeclarePassiveAsync(queue);
            return true;
        }
        catch (OperationInterruptedException)
        {
            return false;
        }
    }

    static async Task Completed(Servers servers, int runs, TimeProvider time)
    {
        var clock = Stopwatch.StartNew();
        while (await servers.Query<long>(
            "select coalesce(sum(runs), 0)::bigint from run_status_count where status = 'completed'") is var done
            && done < runs)
        {
            if (clock.Elapsed > Limit)
                throw new BenchException($"{done:N0} of {runs:N0} runs were complete after {clock.Elapsed}.");
            await Task.Delay(Pause, time);
        }
    }
}
