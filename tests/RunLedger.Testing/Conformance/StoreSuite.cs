using RunLedger.Batching;
using RunLedger.Sealing;
using RunLedger.Storage.Rows;
using RunLedger.Testing.Stores;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>A store of the test's own, and a ledger that commits to it.</summary>
public abstract class StoreSuite(Provider provider) : IAsyncLifetime
{
    protected static readonly Guid Step = Guid.Parse("0198c0de-0000-7000-8000-000000000001");

    private protected TestStore Store { get; private set; } = null!;
    private protected FoldingLedger Ledger { get; private set; } = null!;
    private protected RunLedgerOptions Options { get; } = new();

    private protected virtual CommitSeals? Seals => null;

    private protected LedgerChanges LastCommit => Ledger.Store.Committed[^1];

    public async ValueTask InitializeAsync()
    {
        Store = await provider.OpenStore(Seals);
        Ledger = new FoldingLedger(Store.Ledger, options: Options);
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (Ledger is not null)
            await Ledger.DisposeAsync();
        if (Store is not null)
            await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected Task<RunRow?> Find(Guid id) => Store.Ledger.Find(id, TestContext.Current.CancellationToken);

    private protected async Task<RunRow> Row(Guid id) => Assert.IsType<RunRow>(await Find(id));

    protected Task<List<string>> Query(string sql) => Store.Query(sql);

    /// <summary>The counters say what counting says.</summary>
    protected async Task CountsAreTrue() => Assert.Equal(
        await Query("select status, count(*) from process_run_observation group by status order by status"),
        await Query(
            "select status, sum(runs) from run_status_count group by status having sum(runs) <> 0 order by status"));
}
