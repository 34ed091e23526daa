namespace RunLedger.Storage;

/// <summary>
/// What is written into the ledger's database beside runs: by operators, by replicas about themselves.
/// </summary>
interface ILedgerTransactions
{
    /// <summary>
    /// Does the work as one transaction; what throws leaves nothing behind. Work that another transaction undid is done
    /// again: so it changes nothing but the ledger.
    /// </summary>
    Task<T> InOne<T>(Func<LedgerSql, Task<T>> work, CancellationToken cancellationToken);
}
