using System.CommandLine;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>throughput</c>: a full queue drained by the ledger, by consumers that do nothing, and with a commit per message.
/// </summary>
static class ThroughputBenchmark
{
    static readonly Option<int> Runs =
        new("--runs") { Description = "Runs of eight messages per drain.", DefaultValueFactory = _ => 5_000 };
    static readonly Option<int> Rounds =
        new("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 5 };

    public static Command Create()
    {
        var command = new Command(
            "throughput", "Messages per second, and the ratio to doing nothing and to a commit per message.")
        {
            Runs, Rounds,
        };
        command.SetAction((parsed, _) => Run(parsed.GetValue(Runs), parsed.GetValue(Rounds), TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int runs, int rounds, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var (ledger, nothing, single) = (servers.Queue("ledger"), servers.Queue("nothing"), servers.Queue("single"));
        var prefetch = new RunLedgerOptions().PrefetchCount;
        List<double> ledgerRates = [], nothingRates = [], defaultRates = [], singleRates = [];
        for (var round = 0; round <= rounds; round++)
        {
            // The first round warms up and is not counted.
            var size = round == 0 ? Math.Min(runs, 1_000) : runs;
            await servers.Clear();
            var same = await QueueDrain.Rate(
                servers, nothing, size, c => BenchmarkHost.Nothing(servers, nothing, c, prefetch), writes: false, time);
            var own = await QueueDrain.Rate(
                servers, ledger, size, c => BenchmarkHost.Ledger(servers, ledger, c), writes: true, time);
            var usual = await QueueDrain.Rate(
                servers,
                nothing,
                size,
                c => BenchmarkHost.Nothing(servers, nothing, c, prefetch: null),
                writes: false,
                time);
            var one = await QueueDrain.Rate(
                servers,
                single,
                Math.Max(1, size / 20),
                c => BenchmarkHost.Ledger(servers, single, c, maxBatchSize: 1),
                writes: true,
                time);
            AnsiConsole.WriteLine(
                $"{(round == 0 ? "warm-up" : $"round {round}")}: ledger {own:N0}/s, does nothing {same:N0}/s, "
                + $"at MassTransit's prefetch {usual:N0}/s, commit per message {one:N0}/s");
            if (round == 0)
                continue;
            ledgerRates.Add(own);
            nothingRates.Add(same);
            defaultRates.Add(usual);
            singleRates.Add(one);
        }

        var table = new Table().AddColumns("messages/s", "median", "min", "max", "ledger is");
        var median = Statistics.Median(ledgerRates);
        table.AddRow("ledger", $"{median:N0}", $"{ledgerRates.Min():N0}", $"{ledgerRates.Max():N0}", "");
        Row($"does nothing, prefetch {prefetch:N0} as the ledger", nothingRates);
        Row("does nothing, MassTransit's own prefetch", defaultRates);
        Row("commit per message", singleRates);
        AnsiConsole.Write(table);
        return 0;

        void Row(string name, List<double> rates) => table.AddRow(
            name, $"{Statistics.Median(rates):N0}", $"{rates.Min():N0}", $"{rates.Max():N0}",
            $"{Statistics.Median([.. rates.Zip(ledgerRates, (other, own) => own / other)]):N2} x");
    }
}
