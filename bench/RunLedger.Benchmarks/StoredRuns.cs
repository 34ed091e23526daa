namespace RunLedger.Benchmarks;

/// <summary>
/// The rows of a ledger that has grown for two months, written without it: a million are a run every five seconds.
/// </summary>
static class StoredRuns
{
    /// <summary>
    /// The newest of them run; of the others 2 % failed, one in 10,000 is stuck or an orphan, one in 50 was started by
    /// another run.
    /// </summary>
    /// <param name="servers">Where.</param>
    /// <param name="runs">How many.</param>
    /// <param name="components">Of how many components each is.</param>
    /// <param name="candidates">Of how many candidates they are, in turn.</param>
    /// <param name="versions">Whether their evidence says a version, another one every so many runs.</param>
    public static async Task Runs(Servers servers, int runs, int components, int candidates = 50, int? versions = null)
    {
        if (await servers.Query<bool>("select exists (select from process_run_observation)"))
            return;
        var evidence = versions is null
            ? "jsonb_build_object('rows', n)"
            : "jsonb_build_object('from', jsonb_build_object('RunStarted', jsonb_build_object('at', at, 'value', "
                + $"jsonb_build_object('version', '1.' || n / {versions}, 'rows', n))))";
        await servers.Query<object>(
            $$"""
            -- Made again of all rows at once, which takes a third of the time.
            create temporary table later as
              select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as made
              from pg_index where not indisunique and indrelid in
                ('process_run_observation'::regclass, 'process_component_observation'::regclass);
            do $do$ declare one record; begin
              for one in select name from later loop execute 'drop index ' || one.name; end loop;
            end $do$;
            create function pg_temp.id(at timestamptz) returns uuid language sql as $$
              select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' ||
                substr(md5(random()::text), 1, 3)
                || '8' || substr(md5(random()::text), 1, 15))::uuid $$;
            insert into process_run_observation (process_run_id, process_candidate_code, correlation_id,
              parent_run_id, status,
              source_system, input_ref, output_ref, error_ref, evidence_ref, started_at, ended_at, created_at,
                last_event_at, settled_at)
            select pg_temp.id(at), 'PROC-CAND:' || n % {{candidates}}, 'c' || n,
              case when n % 50 = 0 then gen_random_uuid() end,
              s.status,
              case when n % 1000 = 1 then 'job_queue' else 'dot_runtime' end, 's3://in/' || n,
                case when ended then 's3://out/' || n end,
              case s.status when 'failed' then 'connection to 10.0.0.' || n % 200 || ' timed out after ' || n
                % 9000 || ' ms' end,
              {{evidence}}, at, case when ended then at + n % 600 * interval '1 s' end, at, at,
              case when ended then at + n % 600 * interval '1 s' end
            from generate_series(0, {{runs - 1}}) n
            cross join lateral (select now() - n * (interval '5000000 s' / {{runs}}) as at,
              case when n < 100 then 'started' when n % 50 = 7 then 'failed'
              when n % 10000 = 1 then 'stuck' when n % 10000 = 2 then 'orphan' else 'completed' end as status) s
            cross join lateral (select s.status in ('completed', 'failed') as ended) e
            order by n desc;
            -- Else the foreign key looks for the run of each component in a table it takes for empty.
            analyze process_run_observation;
            insert into process_component_observation (component_run_id, process_run_id, correlation_id,
              dot_code, component_role,
              status, source_system, error_ref, started_at, ended_at, created_at)
            select pg_temp.id(started_at), process_run_id, correlation_id, 'dot_bench_' || s, 'step',
              case when s = {{components}} and status = 'failed' then 'failed' when ended_at is null then 'started' else
                'step_completed' end,
              source_system, case when s = {{components}} then error_ref end, started_at + s * interval '1 s',
                ended_at, created_at
            from process_run_observation, generate_series(1, {{components}}) s;
            insert into rejected_observation (rejected_id, contract, origin, content_type, payload, reason,
              rejected_at, fingerprint)
            select gen_random_uuid(), 'RunStarted', 'run-ledger', 'application/json',
              convert_to('{"n": ' || n || '}', 'UTF8'),
              'field' || n % 20 || ' is missing', now() - n * interval '1 minute', 'bench' || n % 20
                from generate_series(1, 10000) n;
            insert into run_status_count select 1, status, count(*) from process_run_observation group by status;
            do $do$ declare one record; begin
              for one in select made from later loop execute one.made; end loop;
            end $do$;
            select 1
            """);
        // As a ledger that grew is, and not as one that was filled a moment ago.
        foreach (var table in (string[])["process_run_observation",
            "process_component_observation", "rejected_observation"])
            await servers.Query<object>($"vacuum analyze {table}");
    }
}
