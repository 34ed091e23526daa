namespace RunLedger.Storage.Sqlite;

/// <summary>One after another, as all that writes the file.</summary>
sealed class LedgerTransactions(LedgerStore store) : ILedgerTransactions
{
    public Task<T> InOne<T>(Func<LedgerSql, Task<T>> work, CancellationToken cancellationToken) =>
        store.Use(commands => work(new SqliteSql(commands.Connection, commands.Transaction)), cancellationToken);
}
