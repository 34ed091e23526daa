using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using RunLedger.Storage;
using RunLedger.Storage.Postgres;
using RunLedger.Storage.Sqlite;

namespace RunLedger.Verifying;

/// <summary>A ledger's database as it is at one moment, only to be read.</summary>
sealed class LedgerSnapshot : IAsyncDisposable
{
    readonly DbConnection _connection;
    readonly DbTransaction _transaction;

    LedgerSnapshot(DbConnection connection, DbTransaction transaction, LedgerSql sql) =>
        (_connection, _transaction, Sql) = (connection, transaction, sql);

    public LedgerSql Sql { get; }

    /// <exception cref="DbException">It cannot be connected to.</exception>
    public static async Task<LedgerSnapshot> Postgres(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        return new(connection, transaction, new PostgresSql(connection, transaction));
    }

    /// <exception cref="DbException">There is no such file, or it is no SQLite database.</exception>
    public static async Task<LedgerSnapshot> Sqlite(string file, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        var transaction = connection.BeginTransaction(deferred: true);
        return new(connection, transaction, new SqliteSql(connection, transaction));
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
