using RunLedger.Deadlines;
using RunLedger.Storage.Sqlite;
using RunLedger.Tests.GroupCommit;

namespace RunLedger.Tests.Deadlines;

/// <summary>The embedded file.</summary>
public sealed class SqliteSweepTests : SweepContract
{
    private protected override Task<TestStore> Open()
    {
        var store = new SqliteTestStore();
        ((LedgerStore)store.Ledger).Open();
        return Task.FromResult<TestStore>(store);
    }

    private protected override ISweepStore Over(TestStore store) => new SweepStore((LedgerStore)store.Ledger);
}
