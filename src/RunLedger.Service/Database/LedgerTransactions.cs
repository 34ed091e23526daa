using Npgsql;
using RunLedger.Storage.Sqlite;

namespace RunLedger.Service.Database;

/// <summary>What the service itself writes into the ledger's database, a transaction at a time.</summary>
sealed class LedgerTransactions
{
    readonly LedgerStore? _embedded;
    readonly NpgsqlDataSource? _postgres;

    public LedgerTransactions(LedgerStore embedded) => _embedded = embedded;

    public LedgerTransactions(NpgsqlDataSource postgres) => _postgres = postgres;

    /// <summary>Does the work as one transaction; what throws leaves nothing behind.</summary>
    public async Task<T> InOne<T>(Func<LedgerSql, Task<T>> work, CancellationToken cancellationToken)
    {
        if (_embedded is not null)
            return await _embedded.Use(commands => work(new LedgerSql(commands.Connection, commands.Transaction)), cancellationToken);
        await using var connection = await _postgres!.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await work(new LedgerSql(connection, transaction));
        await transaction.CommitAsync(cancellationToken);
        return result;
    }
}
