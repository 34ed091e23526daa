using RunLedger.Storage;
using RunLedger.Storage.Rows;

namespace RunLedger.Batching;

/// <summary>Where the ledger's rows live: PostgreSQL, or the embedded SQLite file.</summary>
interface ILedgerStore
{
    /// <summary>
    /// Makes the embedded file and its tables where they are missing; a server's are made by <c>schema apply</c>.
    /// </summary>
    void Open()
    {
    }

    /// <summary>Begins a transaction and loads what <paramref name="keys"/> lead to, locked in id order.</summary>
    /// <exception cref="StoreException">The store could not.</exception>
    Task<ILedgerBatch> Begin(BatchKeys keys, CancellationToken cancellationToken);

    /// <summary>One header as committed, also by an alias; null when there is none.</summary>
    Task<RunRow?> Find(Guid id, CancellationToken cancellationToken);

    /// <summary>
    /// Brings archived runs back with their components; those that are in no archive are passed over.
    /// </summary>
    /// <exception cref="StoreException">The store could not.</exception>
    Task Reopen(IReadOnlyCollection<Guid> runs, DateTime now, CancellationToken cancellationToken);
}
