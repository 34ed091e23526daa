using Npgsql;

namespace RunLedger.Schema;

/// <summary>The few statements that all schema verbs share.</summary>
static class SchemaSession
{
    /// <summary>The first schema of the search path that exists: there <c>create table</c> puts a table.</summary>
    public static async Task<string> CurrentSchema(
        this NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select current_schema()::text", connection);
        return await command.ExecuteScalarAsync(cancellationToken) as string
            ?? throw new SchemaException(
                "No schema of this connection's search path exists: create one, or name another (Search Path=…).");
    }

    /// <summary>Names mean this schema and no other until the transaction ends: no drop hits a namesake.</summary>
    public static async Task EnterSchema(
        this NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        const string Narrow = "select set_config('search_path', quote_ident($1), true)";
        await using var command = new NpgsqlCommand(Narrow, connection);
        command.Parameters.AddWithValue(schema);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>For text of our own: the embedded scripts, and names that the server has quoted.</summary>
    public static async Task Execute(this NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<List<T>> List<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var list = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) list.Add(read(reader));
        return list;
    }
}
