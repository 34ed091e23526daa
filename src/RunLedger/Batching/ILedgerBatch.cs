using RunLedger.Storage;
using RunLedger.Storage.Rows;

namespace RunLedger.Batching;

/// <summary>A transaction that holds the rows of a batch; disposed without a commit it leaves nothing behind.</summary>
interface ILedgerBatch : IAsyncDisposable
{
    LoadedRows<RunRow> Runs { get; }
    LoadedRows<ComponentRow> Components { get; }

    /// <summary>Writes everything and commits.</summary>
    /// <exception cref="StoreException">
    /// Nothing was written, or (a lost connection) nobody knows; taking it again is safe.
    /// </exception>
    Task Commit(LedgerChanges changes, CancellationToken cancellationToken);
}
