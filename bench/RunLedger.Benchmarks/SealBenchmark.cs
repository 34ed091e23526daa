using System.CommandLine;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary><c>seal</c>: the ledger with its commits sealed beside the ledger without, and what that keeps.</summary>
static class SealBenchmark
{
    static readonly Option<int> Runs =
        new("--runs") { Description = "Runs of eight messages per drain.", DefaultValueFactory = _ => 10_000 };
    static readonly Option<int> Rounds =
        new("--rounds") { Description = "Rounds; the median of their ratios counts.", DefaultValueFactory = _ => 9 };
    static readonly Option<int> Together =
        new("--together") { Description = "Observations of a message.", DefaultValueFactory = _ => 1 };

    public static Command Create()
    {
        var command = new Command("seal", "Observations per second with commits sealed and without, in turn.")
        {
            Runs, Rounds, Together,
        };
        command.SetAction((parsed, _) => Run(
            parsed.GetValue(Runs), parsed.GetValue(Rounds), parsed.GetValue(Together), TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int runs, int rounds, int together, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var queue = servers.Queue("seal");
        var (ratios, with, without) = (new List<double>(), new List<double>(), new List<double>());
        double bytes = 0;
        for (var round = 0; round <= rounds; round++)
        {
            // The first round warms up and is not counted; who is first changes.
            var size = round == 0 ? Math.Min(runs, 1_000) : runs;
            var rates = new double[2];
            foreach (var on in round % 2 == 0 ? (int[])[0, 1] : [1, 0])
            {
                await servers.Clear();
                rates[on] = (await QueueDrain.Of(
                    servers, queue, size, timer => Ledger(timer, on == 1), writes: true, time, together)).Rate;
                if (on == 1)
                    bytes = await Kept(servers) / ((double)size * ReferenceWorkload.MessagesPerRun);
            }

            AnsiConsole.WriteLine(
                $"{(round == 0 ? "warm-up" : $"round {round}")}: {rates[0],8:N0}/s without, {rates[1],8:N0}/s sealed, "
                + $"{rates[1] / rates[0]:N3}");
            if (round == 0)
                continue;
            without.Add(rates[0]);
            with.Add(rates[1]);
            ratios.Add(rates[1] / rates[0]);
        }

        var table = new Table().AddColumns("", "observations/s");
        table.AddRow("without", $"{Statistics.Median(without):N0}");
        table.AddRow("sealed", $"{Statistics.Median(with):N0}");
        table.AddRow("ratio, of each round", $"{Statistics.Median(ratios):N3}");
        table.AddRow("bytes kept of an observation", $"{bytes:N0}");
        AnsiConsole.Write(table);
        return 0;

        IHost Ledger(ConsumeTimer timer, bool sealing) => BenchmarkHost.Ledger(
            servers, queue, timer, configure: options => options.Sealing.Enabled = sealing);
    }

    static async Task<long> Kept(Servers servers)
    {
        await using var source = NpgsqlDataSource.Create(servers.Postgres);
        await using var command = source.CreateCommand("select pg_total_relation_size('sealed_commit')");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
