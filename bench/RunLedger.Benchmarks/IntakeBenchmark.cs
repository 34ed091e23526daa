using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Text;
using Npgsql;
using RunLedger.Contracts;
using RunLedger.Service.Security;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary>
/// <c>intake</c>: observations over HTTP into a ledger without a broker, on SQLite and on PostgreSQL, and beside it the
/// same rows put into empty tables in one statement a table: by <c>sqlite3</c> from another file, and by
/// <c>copy</c>.
/// </summary>
static class IntakeBenchmark
{
    const int Lines = 1_000;
    const int Senders = 4;

    static readonly string[] Tables = ["process_run_observation", "process_component_observation"];

    static readonly Option<int> Runs =
        new("--runs") { Description = "Runs of eight observations.", DefaultValueFactory = _ => 10_000 };
    static readonly Option<int> Rounds =
        new("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 3 };

    public static Command Create()
    {
        var command = new Command(
            "intake", "Observations per second over HTTP without a broker, beside a bulk load of the same rows.")
        {
            Runs, Rounds,
        };
        command.SetAction((parsed, _) => Run(parsed.GetValue(Runs), parsed.GetValue(Rounds), TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int runs, int rounds, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var folder = Directory.CreateTempSubdirectory("run-ledger-bench");
        try
        {
            List<(double Ledger, double Load)> onSqlite = [], onPostgres = [];
            for (var round = 0; round <= rounds; round++)
            {
                // The first round warms up and is not counted.
                var size = round == 0 ? Math.Min(runs, 1_000) : runs;
                var sqlite = await OfSqlite(Path.Combine(folder.FullName, $"{round}.db"), size, time);
                await servers.Clear();
                var postgres = await OfPostgres(servers, folder.FullName, size, time);
                if (round == 0)
                    continue;
                onSqlite.Add(sqlite);
                onPostgres.Add(postgres);
            }

            var table = new Table().AddColumns("into", "observations/s over HTTP", "bulk load of their rows", "ratio");
            foreach (var (name, rates) in new[] { ("SQLite", onSqlite), ("PostgreSQL", onPostgres) })
            {
                table.AddRow(
                    name,
                    $"{Statistics.Median([.. rates.Select(rate => rate.Ledger)]):N0}",
                    $"{Statistics.Median([.. rates.Select(rate => rate.Load)]):N0}",
                    $"{Statistics.Median([.. rates.Select(rate => rate.Ledger / rate.Load)]):N2}");
            }

            AnsiConsole.Write(table);
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<(double Ledger, double Load)> OfSqlite(string file, int runs, TimeProvider time)
    {
        var ledger = await Taken("", file, runs, time);
        var empty = $"{file}.empty";
        await Shell("sqlite3", file, $".output {empty}.sql", ".schema --nosys");
        await Shell("sqlite3", empty, "pragma journal_mode=wal", $".read {empty}.sql");
        // Not .import, which knows neither nulls nor bytes, and is slower.
        var begun = Stopwatch.GetTimestamp();
        await Shell(
            "sqlite3",
            [empty, $"attach '{file}' as full", "begin",
                .. Tables.Select(table => $"insert into {table} select * from full.{table}"), "commit"]);
        return (ledger, runs * ReferenceWorkload.MessagesPerRun / Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }

    static async Task<(double Ledger, double Load)> OfPostgres(
        Servers servers, string folder, int runs, TimeProvider time)
    {
        var ledger = await Taken(servers.Postgres, "", runs, time);
        await using var database = NpgsqlDataSource.Create(servers.Postgres);
        await using var connection = await database.OpenConnectionAsync();
        foreach (var table in Tables)
        {
            await using var rows = File.Create(Path.Combine(folder, table));
            await using var from = await connection.BeginRawBinaryCopyAsync($"copy {table} to stdout (format binary)");
            await from.CopyToAsync(rows);
        }

        await servers.Clear();
        var begun = Stopwatch.GetTimestamp();
        foreach (var table in Tables)
        {
            await using var rows = File.OpenRead(Path.Combine(folder, table));
            await using var to = await connection.BeginRawBinaryCopyAsync($"copy {table} from stdin (format binary)");
            await rows.CopyToAsync(to);
        }

        return (ledger, runs * ReferenceWorkload.MessagesPerRun / Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }

    /// <summary>Observations a second, from the first request to the last answer, when all are committed.</summary>
    static async Task<double> Taken(string postgres, string file, int runs, TimeProvider time)
    {
        var key = ApiKeys.Create();
        var bodies = ReferenceWorkload.Messages(runs, time.GetUtcNow()).Chunk(Lines).Select(Body).ToList();
        await using var service = await ServiceProcess.Start(postgres, file, time, (key, "observe"));
        using var http = new HttpClient { BaseAddress = service.Url, DefaultRequestHeaders = { { "X-Api-Key", key } } };
        var next = -1;
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var at && at < bodies.Count)
            {
                using var content = new ByteArrayContent(bodies[at])
                {
                    Headers = { ContentType = new("application/x-ndjson") },
                };
                using var answer = await http.PostAsync("/api/observations", content);
                if (answer.StatusCode != HttpStatusCode.Accepted)
                    throw new BenchException($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
            }
        }));
        return runs * ReferenceWorkload.MessagesPerRun / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    static byte[] Body(RunObservation[] messages) =>
        Encoding.UTF8.GetBytes(string.Join('\n', messages.Select(ReferenceWorkload.Line)));

    static async Task Shell(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new BenchException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }
}
