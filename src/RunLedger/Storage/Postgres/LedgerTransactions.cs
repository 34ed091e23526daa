using Npgsql;

namespace RunLedger.Storage.Postgres;

/// <summary>Each on a connection of its own.</summary>
sealed class LedgerTransactions(NpgsqlDataSource dataSource) : ILedgerTransactions
{
    public async Task<T> InOne<T>(Func<LedgerSql, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Limit(TransactionLimits.Computing, cancellationToken);
        var result = await work(new PostgresSql(connection, transaction));
        await transaction.CommitAsync(cancellationToken);
        return result;
    }
}
