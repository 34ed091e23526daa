using System.CommandLine;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary><c>growth</c>: the same drain on an empty ledger and on a large one.</summary>
static class GrowthBenchmark
{
    static readonly Option<int> Filled =
        new("--stored") { Description = "Runs stored before.", DefaultValueFactory = _ => 1_000_000 };
    static readonly Option<int> Components =
        new("--components") { Description = "Components of each of them.", DefaultValueFactory = _ => 5 };
    static readonly Option<int> Runs =
        new("--runs") { Description = "Runs of eight messages per drain.", DefaultValueFactory = _ => 5_000 };
    static readonly Option<int> Rounds =
        new("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 3 };

    public static Command Create()
    {
        var command = new Command("growth", "The rate with many runs stored, as a ratio to the empty ledger's.")
        {
            Filled, Components, Runs, Rounds,
        };
        command.SetAction((parsed, _) =>
            Run(
                parsed.GetValue(Filled),
                parsed.GetValue(Components),
                parsed.GetValue(Runs),
                parsed.GetValue(Rounds),
                TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int stored, int components, int runs, int rounds, TimeProvider time)
    {
        await using var grown = await Servers.Find();
        await using var fresh = await Servers.Find(kept: false);
        await StoredRuns.Runs(grown, stored, components);
        await Rates(fresh, 1);
        var empty = await Rates(fresh, rounds);
        await Rates(grown, 1);
        var full = await Rates(grown, rounds);
        // Once more behind it: what is measured later is measured warmer.
        await fresh.Clear();
        empty.AddRange(await Rates(fresh, rounds));
        var table = new Table().AddColumns("", "messages/s");
        table.AddRow("empty ledger", $"{Statistics.Median(empty):N0}");
        table.AddRow($"{stored:N0} runs stored", $"{Statistics.Median(full):N0}");
        table.AddRow("ratio", $"{Statistics.Median(full) / Statistics.Median(empty):N2}");
        AnsiConsole.Write(table);
        return 0;

        async Task<List<double>> Rates(Servers servers, int count)
        {
            var queue = servers.Queue("growth");
            var rates = new List<double>();
            for (var round = 0; round < count; round++)
            {
                var drain = await QueueDrain.Of(
                    servers, queue, runs, c => BenchmarkHost.Ledger(servers, queue, c), writes: true, time);
                rates.Add(drain.Rate);
            }

            return rates;
        }
    }
}
