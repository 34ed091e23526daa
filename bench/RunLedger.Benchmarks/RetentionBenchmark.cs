using System.CommandLine;
using Spectre.Console;

namespace RunLedger.Benchmarks;

/// <summary><c>retention</c>: the rate of observations while many runs that are over are archived beside it.</summary>
static class RetentionBenchmark
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    static readonly Option<int> Rows = new("--rows")
    {
        Description = "Rows that are over: a quarter of them headers, the others their components.",
        DefaultValueFactory = _ => 1_000_000,
    };

    static readonly Option<int> Seconds = new("--seconds")
    {
        Description = "How long to measure without retention, before it and after it.",
        DefaultValueFactory = _ => 20,
    };

    static readonly Option<bool> Files =
        new("--files") { Description = "Also write Parquet files, to a temporary folder." };

    public static Command Create()
    {
        var command = new Command(
            "retention", "Observations per second while runs that are over are archived, as a ratio to without.")
        {
            Rows, Seconds, Files,
        };
        command.SetAction((parsed, _) => Run(
            parsed.GetValue(Rows) / 4,
            TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
            parsed.GetValue(Files),
            TimeProvider.System));
        return command;
    }

    static async Task<int> Run(int runs, TimeSpan without, bool files, TimeProvider time)
    {
        await using var servers = await Servers.Find();
        var folder = files ? Directory.CreateTempSubdirectory("run-ledger-archive").FullName : null;
        try
        {
            var queue = servers.Queue("retention");
            await Store(servers, runs);
            var rates = await BackgroundWorkRates.Measure(
                servers,
                queue,
                options =>
                {
                    options.Archive.Directory = folder;
                    options.Retention.Every = TimeSpan.FromSeconds(5);
                },
                without,
                () => servers.Query<object>(
                    "update process_run_observation set settled_at = settled_at - interval '100 d' "
                    + "where process_candidate_code = 'over'; select 1"),
                () => servers.Query<long>("select count(*) from process_run_archive"),
                runs,
                Limit,
                time);

            var moved = await servers.Query<long>(
                "select (select count(*) from process_run_archive) + (select count(*) from process_component_archive)");
            if (moved != 4L * runs || await servers.Query<long>(
                "select count(*) from process_run_observation where process_candidate_code = 'over'") != 0)
                throw new BenchException($"{moved:N0} rows are archived, not {4L * runs:N0}.");
            AnsiConsole.Write(rates.ToTable(
                $"while {moved:N0} rows were archived{(files ? " and written as Parquet" : "")}, "
                + $"which took {rates.Duration.TotalSeconds:N1} s ({moved / rates.Duration.TotalSeconds:N0} rows/s)"));
            return 0;
        }
        finally
        {
            if (folder is not null)
                Directory.Delete(folder, recursive: true);
        }
    }

    // As the ledger leaves them, evidence and fold of some length included; settled now, so that nothing is over yet.
    static Task<object> Store(Servers servers, int runs) => servers.Query<object>(
        $$"""
         -- In order of time, as the client makes them.
         create function pg_temp.id(n bigint) returns uuid language sql as $f$
           select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint + n / 4), 12, '0') || '7'
             || lpad(to_hex(n % 4), 3, '0') || '8' || substr(md5(random()::text), 1, 15))::uuid $f$;
         insert into process_run_observation (process_run_id, process_candidate_code, correlation_id,
           source_system, status,
           evidence_ref, started_at, ended_at, created_at, fold, last_event_at, live_at, settled_at)
         select pg_temp.id(n), 'over', 'c-' || n, 'dot_runtime', 'completed',
           jsonb_build_object('from', jsonb_build_object('RunCompleted',
             jsonb_build_object('value', jsonb_build_object('rows', n)))),
           now(), now(), now(), decode(repeat(md5(n::text), 4), 'hex'), now(), now(), now() + n * interval '1 us'
         from generate_series(1, {{runs}}) n;
         insert into process_component_observation (component_run_id, process_run_id, correlation_id,
           source_system, status,
           dot_code, component_role, started_at, ended_at, created_at, fold)
         select pg_temp.id(row_number() over ()), process_run_id, correlation_id, 'dot_runtime', 'step_completed', 'dot_' || n, 'step',
           now(), now(), now(), decode(repeat(md5(n::text), 4), 'hex')
         from process_run_observation, generate_series(1, 3) n where process_candidate_code = 'over';
         insert into run_status_count (writer, status, runs) values (99, 'completed', {{runs}});
         analyze;
         select 1
         """);
}
