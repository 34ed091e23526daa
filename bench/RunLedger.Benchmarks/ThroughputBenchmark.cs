using System.CommandLine;
using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>throughput</c>: a full queue drained by the ledger, by consumers that do nothing, by bare clients, and with a
/// commit per message; how fast, and what a message costs.
/// </summary>
static class ThroughputBenchmark
{
    static readonly Option<int> Runs =
        new("--runs") { Description = "Runs of eight messages per drain.", DefaultValueFactory = _ => 5_000 };
    static readonly Option<int> Rounds =
        new("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 5 };
    static readonly Option<int> Prefetch = new("--prefetch")
    {
        Description = "Messages in hand, of the ledger and of what does nothing beside it.",
        DefaultValueFactory = _ => new RunLedgerOptions().SmallPrefetchCount,
    };

    static readonly Option<int> First =
        new("--first") { Description = "Of the subjects only the first ones.", DefaultValueFactory = _ => 7 };

    public static Command Create()
    {
        var command = new Command(
            "throughput",
            "Observations per second, the ratio to doing nothing, to bare clients and to a commit per message, and the "
                + "CPU time of each process.")
        {
            Runs, Rounds, Prefetch, First,
        };
        command.SetAction((parsed, _) => Run(
            parsed.GetValue(Runs), parsed.GetValue(Rounds), parsed.GetValue(Prefetch), parsed.GetValue(First),
            TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int runs, int rounds, int prefetch, int first, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var (own, nothing, single) = (servers.Queue("ledger"), servers.Queue("nothing"), servers.Queue("single"));
        var bare = servers.Queue("bare");
        Subject[] subjects =
        [
            new("the ledger", size => QueueDrain.Of(
                servers, own, size, c => Ledger(own, c), writes: true, time)),
            new($"does nothing, prefetch {prefetch:N0} as the ledger", size => QueueDrain.Of(
                servers, nothing, size, c => BenchmarkHost.Nothing(servers, nothing, c, prefetch), writes: false,
                time)),
            new("bare clients and one upsert a table", size => QueueDrain.Of(
                servers, bare, size, c => BenchmarkHost.Bare(servers, bare, c), writes: true, time)),
            new("does nothing, MassTransit's own prefetch", size => QueueDrain.Of(
                servers, nothing, size, c => BenchmarkHost.Nothing(servers, nothing, c, null), writes: false, time)),
            .. ((int[])[100, 1_000]).Select(together => new Subject(
                $"the ledger, {together:N0} observations a message", size => QueueDrain.Of(
                    servers, own, size, c => Ledger(own, c), writes: true, time, together))),
            new("the ledger with a commit per message", size => QueueDrain.Of(
                servers, single, Math.Max(1, size / 20), c => BenchmarkHost.Ledger(servers, single, c, maxBatchSize: 1),
                writes: true, time)),
        ];
        subjects = subjects[..Math.Clamp(first, 1, subjects.Length)];
        for (var round = 0; round <= rounds; round++)
        {
            // The first round warms up and is not counted.
            var size = round == 0 ? Math.Min(runs, 1_000) : runs;
            await servers.Clear();
            foreach (var subject in subjects)
            {
                var drain = await subject.Drain(size);
                AnsiConsole.WriteLine(
                    $"{(round == 0 ? "warm-up" : $"round {round}")}: {drain.Rate,8:N0}/s {subject.Name}");
                if (round > 0)
                    subject.Drains.Add(drain);
            }
        }

        AnsiConsole.Write(Rates(subjects));
        AnsiConsole.Write(Costs(subjects));
        return 0;

        IHost Ledger(string queue, ConsumeTimer timer) => BenchmarkHost.Ledger(
            servers,
            queue,
            timer,
            configure: options =>
            {
                options.PrefetchCount = Math.Min(prefetch, options.PrefetchCount);
                options.SmallPrefetchCount = prefetch;
            });
    }

    static Table Rates(Subject[] subjects)
    {
        var table = new Table().AddColumns("observations/s", "median", "min", "max", "ledger is");
        foreach (var subject in subjects)
        {
            var ratio = Statistics.Median(
                [.. subject.Drains.Zip(subjects[0].Drains, (other, ledger) => ledger.Rate / other.Rate)]);
            table.AddRow(
                subject.Name, $"{subject.Median(drain => drain.Rate):N0}", $"{subject.Drains.Min(d => d.Rate):N0}",
                $"{subject.Drains.Max(d => d.Rate):N0}", subject == subjects[0] ? "" : $"{ratio:N2} x");
        }

        return table;
    }

    static Table Costs(Subject[] subjects)
    {
        var table = new Table().AddColumns(
            "an observation costs", "CPU µs .NET", "PostgreSQL", "broker", "allocated bytes", "rows", "commits");
        foreach (var subject in subjects)
        {
            table.AddRow(
                subject.Name,
                $"{subject.Median(drain => drain.Costs.Own):N0}",
                subject.Drains[0].Costs.Postgres is null ? "?" : $"{subject.Median(d => d.Costs.Postgres!.Value):N0}",
                subject.Drains[0].Costs.Broker is null ? "?" : $"{subject.Median(d => d.Costs.Broker!.Value):N0}",
                $"{subject.Median(drain => drain.Costs.Allocated):N0}",
                $"{subject.Median(drain => drain.Costs.RowWrites):N2}",
                $"{subject.Median(drain => drain.Costs.Commits):N4}");
        }

        return table;
    }

    sealed record Subject(string Name, Func<int, Task<Drain>> Drain)
    {
        public List<Drain> Drains { get; } = [];

        public double Median(Func<Drain, double> value) => Statistics.Median([.. Drains.Select(value)]);
    }
}
