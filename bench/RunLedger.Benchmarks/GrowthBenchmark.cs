using System.CommandLine;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary><c>growth</c>: the same drain on an empty ledger and on a large one.</summary>
static class GrowthBenchmark
{
    static readonly Option<int> Filled =
        new("--stored") { Description = "Runs stored before.", DefaultValueFactory = _ => 1_000_000 };
    static readonly Option<int> Runs =
        new("--runs") { Description = "Runs of eight messages per drain.", DefaultValueFactory = _ => 5_000 };
    static readonly Option<int> Rounds =
        new("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 3 };

    public static Command Create()
    {
        var command = new Command("growth", "The rate with many runs stored, as a ratio to the empty ledger's.")
        {
            Filled, Runs, Rounds,
        };
        command.SetAction((parsed, _) =>
            Run(parsed.GetValue(Filled), parsed.GetValue(Runs), parsed.GetValue(Rounds), TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int stored, int runs, int rounds, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var queue = servers.Queue("growth");
        await Rates(1);
        var empty = await Rates(rounds);
        await servers.Clear();
        await StoredRuns.Runs(servers, stored);
        var full = await Rates(rounds);
        // Once more behind it: what is measured later is measured warmer.
        await servers.Clear();
        empty.AddRange(await Rates(rounds));
        var table = new Table().AddColumns("", "messages/s");
        table.AddRow("empty ledger", $"{Statistics.Median(empty):N0}");
        table.AddRow($"{stored:N0} runs stored", $"{Statistics.Median(full):N0}");
        table.AddRow("ratio", $"{Statistics.Median(full) / Statistics.Median(empty):N2}");
        AnsiConsole.Write(table);
        return 0;

        async Task<List<double>> Rates(int count)
        {
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
