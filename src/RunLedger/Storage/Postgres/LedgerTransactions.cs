using Npgsql;

namespace RunLedger.Storage.Postgres;

/// <summary>Each on a connection of its own.</summary>
sealed class LedgerTransactions(NpgsqlDataSource dataSource) : ILedgerTransactions
{
    const int Attempts = 5;

    // Of two that waited for each other one was undone, and finds the other's work done.
    public async Task<T> InOne<T>(Func<LedgerSql, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(work, cancellationToken);
            }
            catch (PostgresException e) when (attempt < Attempts
                && e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // Nothing of it is left.
            }
        }
    }

    async Task<T> Once<T>(Func<LedgerSql, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Limit(TransactionLimits.Computing, cancellationToken);
        var result = await work(new PostgresSql(connection, transaction));
        await transaction.CommitAsync(cancellationToken);
        return result;
    }
}
