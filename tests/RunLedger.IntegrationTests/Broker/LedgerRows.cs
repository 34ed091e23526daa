using Npgsql;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>What the tables hold, read with SQL.</summary>
static class LedgerRows
{
    const string Times = """
        coalesce(to_char(started_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '-'),
        coalesce(to_char(ended_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '-'),
        coalesce(output_ref, '-'), coalesce(error_ref, '-')
        """;

    /// <summary>A line per row, sorted, as <see cref="Oracle"/> writes them.</summary>
    public static async Task<List<string>> ReadAsync(NpgsqlDataSource database)
    {
        var lines = await ListAsync(database, $"""
            select format('run %s %s %s %s %s %s', process_run_id, status, {Times}) from process_run_observation
            union all
            select format('component %s of %s %s %s %s %s %s', component_run_id, process_run_id, status, {Times})
            from process_component_observation
            """);
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>What was set aside: where from, and why.</summary>
    public static Task<List<string>> RejectedAsync(NpgsqlDataSource database) =>
        ListAsync(database, "select origin || ': ' || reason from rejected_observation");

    public static async Task<List<string>> ListAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var list = new List<string>();
        while (await reader.ReadAsync())
            list.Add(reader.GetString(0));
        return list;
    }
}
