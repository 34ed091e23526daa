using System.CommandLine;
using System.Diagnostics;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>beside</c>: two services in turn, one with what is built beside ingestion and one without; the rate at which they
/// work off a queue, or what a message costs them at a rate with which they keep up.
/// </summary>
static class BesideBenchmark
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    static readonly Option<int> Messages =
        new("--messages") { Description = "Messages of a drain.", DefaultValueFactory = _ => 240_000 };
    static readonly Option<int> Rounds =
        new("--rounds") { Description = "Rounds of each, in turn.", DefaultValueFactory = _ => 3 };
    static readonly Option<int?> Rate = new("--rate")
    {
        Description = "In place of a drain: so many messages a second, with which the ledger keeps up, so that it does "
            + "judge and tell meanwhile. Half of what it drains.",
    };
    static readonly Option<int> Seconds =
        new("--seconds") { Description = "Of --rate: for how long.", DefaultValueFactory = _ => 60 };
    static readonly Option<int> Failing = new("--failing")
    {
        Description = "Of --rate: one in so many runs of half of them fails.",
        DefaultValueFactory = _ => 200,
    };
    static readonly Option<string[]> Set = new("--set")
    {
        Description = "A setting of the one with, as NAME=VALUE of an environment variable; several times. Without: "
            + "everything that tells and judges is on, with 16 rules, 200 expectations, a receiver and a heartbeat.",
        DefaultValueFactory = _ => [],
    };

    public static Command Create()
    {
        var command = new Command("beside", "What is built beside ingestion, as a ratio to a ledger without it.")
        {
            Messages, Rounds, Rate, Seconds, Failing, Set,
        };
        command.SetAction((parsed, _) => Run(
            parsed.GetValue(Rounds),
            parsed.GetValue(Set)!.Select(one => one.Split('=', 2)).ToDictionary(one => one[0], one => one[^1]),
            TimeProvider.System,
            parsed.GetValue(Rate) is { } rate
                ? new Steady(rate, parsed.GetValue(Seconds), parsed.GetValue(Failing))
                : null,
            parsed.GetValue(Messages) / ReferenceWorkload.MessagesPerRun));
        return command;
    }

    static async Task<int> Run(
        int rounds, Dictionary<string, string> settings, TimeProvider time, Steady? steady, int runs)
    {
        await using var with = await Servers.Find(kept: false);
        await using var without = await Servers.Find(kept: false);
        using var receiver = new CallCounter();
        IReadOnlyDictionary<string, string> off = new Dictionary<string, string>();
        if (settings.Count == 0)
        {
            (settings, off) = (BesideSettings.On(receiver), BesideSettings.Off);
            await BesideSettings.Put(
                with,
                receiver,
                settings,
                steady is null ? ReferenceWorkload.Candidate : SteadyCosts.Expected,
                time);
        }

        var table = steady is null
            ? await Drained(rounds, () => Drain(with, settings, runs, time), () => Drain(without, off, runs, time))
            : await Steadily(
                rounds, () => Measure(with, settings, steady, time), () => Measure(without, off, steady, time));
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(
            $"People were told {receiver.Told:N0} times, and the heartbeat came {receiver.Beats:N0} times.");
        return 0;
    }

    static async Task<Table> Drained(int rounds, Func<Task<double>> with, Func<Task<double>> without)
    {
        var both = await InTurn(rounds, with, without);
        var table = new Table().AddColumns("", "messages/s");
        table.AddRow("without", Text(both.Select(round => round.Without)));
        table.AddRow("with", Text(both.Select(round => round.With)));
        table.AddRow(
            "ratio, median of the rounds",
            $"{Statistics.Median([.. both.Select(round => round.With / round.Without)]):N3}");
        return table;
    }

    static async Task<Table> Steadily(int rounds, Func<Task<Costs>> with, Func<Task<Costs>> without)
    {
        var both = await InTurn(rounds, with, without);
        var table = new Table().AddColumns("CPU µs a message", "service", "PostgreSQL", "broker", "all");
        Row("without", [.. both.Select(round => round.Without)]);
        Row("with", [.. both.Select(round => round.With)]);
        // As the rate would be where the CPU is what there is no more of.
        table.AddRow(
            "without to with, median of the rounds",
            Ratio(costs => costs.Own),
            Ratio(costs => costs.Postgres ?? double.NaN),
            Ratio(costs => costs.Broker ?? double.NaN),
            Ratio(All));
        return table;

        string Ratio(Func<Costs, double> of) =>
            $"{Statistics.Median([.. both.Select(round => of(round.Without) / of(round.With))]):N3}";

        void Row(string name, List<Costs> costs) => table.AddRow(
            name,
            Text(costs.Select(cost => cost.Own)),
            Text(costs.Select(cost => cost.Postgres ?? double.NaN)),
            Text(costs.Select(cost => cost.Broker ?? double.NaN)),
            Text(costs.Select(All)));

        static double All(Costs costs) => costs.Own + (costs.Postgres ?? 0) + (costs.Broker ?? 0);
    }

    /// <summary>Who is first changes; the first round is not counted.</summary>
    static async Task<List<(T With, T Without)>> InTurn<T>(int rounds, Func<Task<T>> with, Func<Task<T>> without)
    {
        var both = new List<(T, T)>();
        for (var round = -1; round < rounds; round++)
        {
            T one, other;
            if (round % 2 == 0)
                (one, other) = (await with(), await without());
            else
                (other, one) = (await without(), await with());
            if (round >= 0)
                both.Add((one, other));
        }

        return both;
    }

    static string Text(IEnumerable<double> all) =>
        $"{Statistics.Median([.. all]):N0} ({string.Join(", ", all.Select(one => $"{one:N0}"))})";

    static async Task<Costs> Measure(
        Servers servers, IReadOnlyDictionary<string, string> settings, Steady steady, TimeProvider time)
    {
        var (queue, all) = await Prepare(servers, settings);
        return await SteadyCosts.Measure(
            servers, queue, all, steady.Rate, steady.Seconds, steady.Failing, time);
    }

    /// <summary>From a tenth of the runs on: neither the start of a process nor its first commits count.</summary>
    static async Task<double> Drain(
        Servers servers, IReadOnlyDictionary<string, string> settings, int runs, TimeProvider time)
    {
        var (queue, all) = await Prepare(servers, settings);
        await QueuePreload.Fill(servers, queue, ReferenceWorkload.Messages(runs, time.GetUtcNow()));
        await using var service = await ServiceProcess.Start(servers.Postgres, "", all, time);
        var first = await Completed(runs / 10);
        var start = Stopwatch.GetTimestamp();
        await Completed(runs);
        return (runs - first) * ReferenceWorkload.MessagesPerRun / Stopwatch.GetElapsedTime(start).TotalSeconds;

        async Task<long> Completed(int expected)
        {
            var clock = Stopwatch.StartNew();
            long done;
            while ((done = await servers.Query<long>(
                "select coalesce(sum(runs), 0)::bigint from run_status_count where status = 'completed'")) < expected)
            {
                if (clock.Elapsed > Limit)
                    throw new BenchException($"{done:N0} of {runs:N0} runs were complete after {clock.Elapsed}.");
                await Task.Delay(Pause, time);
            }

            return done;
        }
    }

    /// <summary>An empty ledger, and a queue that it can be fed by before it is there.</summary>
    static async Task<(string Queue, Dictionary<string, string> Settings)> Prepare(
        Servers servers, IReadOnlyDictionary<string, string> settings)
    {
        var queue = servers.Queue($"beside-{Guid.CreateVersion7():N}");
        using (var topology = BenchmarkHost.Ledger(servers, queue, new ConsumeTimer()))
        {
            await topology.StartAsync();
            await topology.StopAsync();
        }

        await servers.Clear();
        return (queue, new(settings)
        {
            ["ConnectionStrings__RabbitMq"] = $"{servers.Rabbit}",
            ["RunLedger__QueueName"] = queue,
        });
    }

    sealed record Steady(int Rate, int Seconds, int Failing);
}
