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
        var ratios = new List<double>();
        List<Drain>[] drains = [[], []];
        double bytes = 0;
        for (var round = 0; round <= rounds; round++)
        {
            // The first round warms up and is not counted; who is first changes.
            var size = round == 0 ? Math.Min(runs, 1_000) : runs;
            var drained = new Drain[2];
            foreach (var on in round % 2 == 0 ? (int[])[0, 1] : [1, 0])
            {
                await servers.Clear();
                drained[on] = await QueueDrain.Of(
                    servers, queue, size, timer => Ledger(timer, on == 1), writes: true, time, together);
                if (on == 1)
                    bytes = await Kept(servers) / ((double)size * ReferenceWorkload.MessagesPerRun);
            }

            AnsiConsole.WriteLine(
                $"{(round == 0 ? "warm-up" : $"round {round}")}: {drained[0].Rate,8:N0}/s without, "
                + $"{drained[1].Rate,8:N0}/s sealed, {drained[1].Rate / drained[0].Rate:N3}; CPU µs .NET "
                + $"{drained[0].Costs.Own:N0} and {drained[1].Costs.Own:N0}, PostgreSQL "
                + $"{drained[0].Costs.Postgres:N0} and {drained[1].Costs.Postgres:N0}");
            if (round == 0)
                continue;
            drains[0].Add(drained[0]);
            drains[1].Add(drained[1]);
            ratios.Add(drained[1].Rate / drained[0].Rate);
        }

        var table = new Table().AddColumns(
            "of an observation", "a second", "CPU µs .NET", "PostgreSQL", "broker", "allocated bytes", "commits");
        Row("without", drains[0]);
        Row("sealed", drains[1]);
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"ratio, median of each round's: {Statistics.Median(ratios):N3}");
        AnsiConsole.WriteLine($"bytes kept of an observation: {bytes:N0}");
        return 0;

        void Row(string name, List<Drain> of) => table.AddRow(
            name, Median(of, drain => drain.Rate), Median(of, drain => drain.Costs.Own),
            Median(of, drain => drain.Costs.Postgres), Median(of, drain => drain.Costs.Broker),
            Median(of, drain => drain.Costs.Allocated), $"{of.Average(drain => drain.Costs.Commits):N4}");

        static string Median(List<Drain> of, Func<Drain, double?> value) =>
            of.TrueForAll(drain => value(drain) is null)
                ? "?"
                : $"{Statistics.Median([.. of.Select(drain => value(drain) ?? 0)]):N0}";

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
