using System.CommandLine;
using System.Diagnostics;
using Npgsql;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary><c>growth</c>: the same drain on an empty ledger and on a large one, and a list page at any depth.</summary>
static class Growth
{
    static readonly Option<int> Stored = new("--stored") { Description = "Runs stored before.", DefaultValueFactory = _ => 1_000_000 };
    static readonly Option<int> Runs = new("--runs") { Description = "Runs of eight messages per drain.", DefaultValueFactory = _ => 5_000 };
    static readonly Option<int> Rounds = new("--rounds") { Description = "Rounds; the median counts.", DefaultValueFactory = _ => 3 };

    public static Command Create()
    {
        var command = new Command("growth", "The rate with many runs stored, as a ratio to the empty ledger's, and list pages.")
        {
            Stored, Runs, Rounds,
        };
        command.SetAction((parsed, _) =>
            Run(parsed.GetValue(Stored), parsed.GetValue(Runs), parsed.GetValue(Rounds), TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int stored, int runs, int rounds, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var queue = servers.Queue("growth");
        await Rates(1);
        var empty = await Rates(rounds);
        await servers.Clear();
        await Store(servers, stored);
        var full = await Rates(rounds);
        var table = new Table().AddColumns("", "messages/s");
        table.AddRow("empty ledger", $"{Statistics.Median(empty):N0}");
        table.AddRow($"{stored:N0} runs stored", $"{Statistics.Median(full):N0}");
        table.AddRow("ratio", $"{Statistics.Median(full) / Statistics.Median(empty):N2}");
        AnsiConsole.Write(table);

        var pages = new Table().AddColumns("list page at depth", "ms");
        foreach (var depth in (int[])[0, stored / 100, stored / 2, stored - 100])
            pages.AddRow($"{depth:N0}", $"{await Page(servers, depth):N1}");
        AnsiConsole.Write(pages);
        return 0;

        async Task<List<double>> Rates(int count)
        {
            var rates = new List<double>();
            for (var round = 0; round < count; round++)
                rates.Add(await Drain.Rate(servers, queue, runs, c => Subject.Ledger(servers, queue, c), writes: true, time));
            return rates;
        }
    }

    static async Task Store(Servers servers, int runs)
    {
        await servers.Query<object>(
            $"""
            insert into process_run_observation (process_run_id, process_candidate_code, correlation_id, status, source_system,
              input_ref, output_ref, started_at, ended_at, created_at)
            select gen_random_uuid(), 'PROC-CAND:' || n % 50, 'c' || n, 'completed', 'dot_runtime', 's3://in', 's3://out',
              now() - interval '1 day', now(), now() - n * interval '1 ms' from generate_series(1, {runs}) n;
            insert into process_component_observation (component_run_id, process_run_id, correlation_id, dot_code, component_role,
              status, source_system, started_at, ended_at)
            select gen_random_uuid(), process_run_id, correlation_id, 'dot_bench_' || s, 'step', 'step_completed', 'dot_runtime',
              started_at, ended_at from process_run_observation, generate_series(1, 3) s;
            select 1
            """);
        // As a ledger that grew over months is, and not as one that was filled a moment ago.
        await servers.Query<object>("vacuum analyze");
    }

    /// <summary>The median of some pages, by the statement of <c>GET /api/runs</c>.</summary>
    static async Task<double> Page(Servers servers, int depth)
    {
        await using var source = NpgsqlDataSource.Create(servers.Postgres);
        await using var connection = await source.OpenConnectionAsync();
        await using var at = new NpgsqlCommand(
            $"select created_at, process_run_id from process_run_observation order by created_at desc, process_run_id desc offset {depth} limit 1",
            connection);
        await using var reader = await at.ExecuteReaderAsync();
        await reader.ReadAsync();
        var (created, id) = (reader.GetDateTime(0), reader.GetGuid(1));
        await reader.DisposeAsync();
        var times = new List<double>();
        for (var i = 0; i < 21; i++)
        {
            await using var page = new NpgsqlCommand(
                """
                select * from process_run_observation where (created_at, process_run_id) < ($1, $2)
                order by created_at desc, process_run_id desc limit 51
                """,
                connection);
            page.Parameters.AddWithValue(created);
            page.Parameters.AddWithValue(id);
            var start = Stopwatch.GetTimestamp();
            await using var rows = await page.ExecuteReaderAsync();
            while (await rows.ReadAsync())
            {
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return Statistics.Median(times);
    }
}
