using Npgsql;

namespace RunLedger.Schema;

/// <summary>
/// One change of the schema at a time, however many replicas start. Held on a session of its own, so that it
/// outlasts the commit and is gone with the process whatever happens to it.
/// </summary>
sealed class SchemaLock : IAsyncDisposable
{
    readonly NpgsqlConnection _connection;

    SchemaLock(NpgsqlConnection connection) => _connection = connection;

    public static async Task<SchemaLock> Take(string connectionString, CancellationToken cancellationToken)
    {
        // Not pooled: closing ends the session, and the session's end releases the lock.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "select pg_advisory_lock(hashtextextended('run_ledger_schema', 0))";
            // The others may be waiting for a long script.
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
