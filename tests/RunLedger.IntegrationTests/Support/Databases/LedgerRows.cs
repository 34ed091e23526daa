using Npgsql;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Support.Databases;

/// <summary>What the tables hold, read with SQL.</summary>
static class LedgerRows
{
    const string Shared = """
        coalesce(parent_run_id::text, '-'), coalesce(idempotency_key, '-'), coalesce(input_ref, '-'),
        coalesce(output_ref, '-'), coalesce(error_ref, '-'),
        coalesce(to_char(started_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '-'),
        coalesce(to_char(ended_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '-'),
        coalesce(jsonb_array_length(evidence_ref -> 'conflicts'), 0) || ' conflicts',
        (select string_agg(key || '=' || (value -> 'value' ->> 'n'), ' ' order by key collate "C")
         from jsonb_each(evidence_ref -> 'from'))
        """;

    /// <summary>
    /// A line per row, sorted, as <see cref="Oracle"/> writes them: the two tables, the other ids and keys that lead to
    /// their rows, and the counts that are kept of them.
    /// </summary>
    public static async Task<List<string>> Read(NpgsqlDataSource database)
    {
        var lines = await List(database, $"""
            select concat_ws(' ', 'run', process_run_id, status, process_candidate_code, correlation_id,
              source_system, {Shared})
            from process_run_observation
            union all
            select concat_ws(' ', 'component', component_run_id, 'of', process_run_id, status,
              correlation_id, source_system,
              coalesce(dot_code, '-'), coalesce(component_role, '-'), coalesce(event_code, '-'),
              coalesce(queue_job_id::text, '-'), {Shared})
            from process_component_observation
            union all select format('run %s is %s', alias_id, process_run_id) from process_run_alias
            union all select format('run key %s is %s', idempotency_key, process_run_id) from process_run_key
            union all select format('component %s is %s', alias_id, component_run_id) from process_component_alias
            union all select format('component key %s is %s', idempotency_key, component_run_id)
              from process_component_key
            union all
            select format('%s %s', sum(runs), status) from run_status_count group by status having sum(runs) <> 0
            """);
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>What was rejected: where from, and why.</summary>
    public static Task<List<string>> Rejected(NpgsqlDataSource database) =>
        List(database, "select origin || ': ' || reason from rejected_observation");

    public static async Task<List<string>> List(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync())
            list.Add(reader.GetString(0));
        return list;
    }
}
