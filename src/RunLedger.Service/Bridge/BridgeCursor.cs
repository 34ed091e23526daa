using Npgsql;
using RunLedger.Storage.Postgres;

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
    public static async Task<BridgeCursor?> Take(
        NpgsqlDataSource ledger, string source, CancellationToken cancellationToken)
    {
        var connection = await ledger.OpenConnectionAsync(cancellationToken);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.Limit(TransactionLimits.Working, cancellationToken);
            if (await Lock(connection, source, cancellationToken))
                return new BridgeCursor(
                    source, await Find(connection, source, cancellationToken), connection, transaction);
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
        command.CommandText =
            """
            insert into bridge_cursor (source, transaction, row_key) values ($1, $2, $3)
            on conflict (source) do update set transaction = excluded.transaction,
              row_key = excluded.row_key, moved_at = now()
            """;
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

    // The row's own lock would give this transaction an id, and the source may be of the same server: what is written
    // there after it would wait for its end.
    static async Task<bool> Lock(NpgsqlConnection connection, string source, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "select pg_try_advisory_xact_lock(hashtextextended('run-ledger bridge ' || $1, 0))";
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    static async Task<BridgePoint> Find(NpgsqlConnection connection, string source, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "select transaction, row_key from bridge_cursor where source = $1";
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = source });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new BridgePoint(reader.GetInt64(0), reader.GetString(1))
            : BridgePoint.Beginning;
    }
}
