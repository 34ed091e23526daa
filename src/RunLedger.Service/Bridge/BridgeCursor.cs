using Npgsql;

namespace RunLedger.Service.Bridge;

/// <summary>
/// How far a source was read, held by the one replica that reads it. A process that dies lets go of it where it was.
/// </summary>
sealed class BridgeCursor : IAsyncDisposable
{
    readonly string _source;
    readonly NpgsqlConnection _connection;
    readonly NpgsqlTransaction _transaction;

    BridgeCursor(string source, BridgePoint point, NpgsqlConnection connection, NpgsqlTransaction transaction)
    {
        _source = source;
        _connection = connection;
        _transaction = transaction;
        Point = point;
    }

    public BridgePoint Point { get; }

    /// <summary>Null where another replica reads.</summary>
    public static async Task<BridgeCursor?> Take(NpgsqlDataSource ledger, string source, CancellationToken cancellationToken)
    {
        var connection = await ledger.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var point = await Lock(connection, source, cancellationToken);
            if (point is null && await Begin(connection, source, cancellationToken))
                point = await Lock(connection, source, cancellationToken);
            if (point is not null)
                return new BridgeCursor(source, point, connection, transaction);
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
            return null;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task Move(BridgePoint to, CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = "update bridge_cursor set transaction = $2, row_key = $3, moved_at = now() where source = $1";
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _source });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = to.Transaction });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = to.Key });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await _transaction.CommitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }

    static async Task<BridgePoint?> Lock(NpgsqlConnection connection, string source, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "select transaction, row_key from bridge_cursor where source = $1 for update skip locked";
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new BridgePoint(reader.GetInt64(0), reader.GetString(1)) : null;
    }

    /// <summary>False where there is one already, which another replica holds.</summary>
    static async Task<bool> Begin(NpgsqlConnection connection, string source, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "insert into bridge_cursor (source, transaction, row_key) values ($1, 0, '') on conflict do nothing";
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
