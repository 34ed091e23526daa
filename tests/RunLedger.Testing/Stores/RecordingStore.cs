using RunLedger.Batching;
using RunLedger.Storage.Rows;

namespace RunLedger.Testing.Stores;

/// <summary>A store that remembers what was committed to it.</summary>
sealed class RecordingStore(ILedgerStore store) : ILedgerStore
{
    public List<LedgerChanges> Committed { get; } = [];

    public int Begun { get; private set; }

    public async Task<ILedgerBatch> Begin(BatchKeys keys, CancellationToken cancellationToken)
    {
        Begun++;
        return new Batch(await store.Begin(keys, cancellationToken), Committed);
    }

    public Task Reopen(IReadOnlyCollection<Guid> runs, DateTime now, CancellationToken cancellationToken) =>
        store.Reopen(runs, now, cancellationToken);

    public Task<RunRow?> Find(Guid id, CancellationToken cancellationToken) => store.Find(id, cancellationToken);

    sealed class Batch(ILedgerBatch batch, List<LedgerChanges> committed) : ILedgerBatch
    {
        public LoadedRows<RunRow> Runs => batch.Runs;
        public LoadedRows<ComponentRow> Components => batch.Components;

        public async Task Commit(LedgerChanges changes, CancellationToken cancellationToken)
        {
            await batch.Commit(changes, cancellationToken);
            committed.Add(changes);
        }

        public ValueTask DisposeAsync() => batch.DisposeAsync();
    }
}
