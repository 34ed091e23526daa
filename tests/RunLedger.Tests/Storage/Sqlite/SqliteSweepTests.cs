using RunLedger.Deadlines;
using RunLedger.Storage.Sqlite;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.Tests.Storage.Sqlite;

/// <summary>The embedded file.</summary>
public sealed class SqliteSweepTests : SweepConformance
{
    private protected override Task<TestStore> Open()
    {
        var store = new SqliteTestStore();
        ((LedgerStore)store.Ledger).Open();
        return Task.FromResult<TestStore>(store);
    }

    private protected override ISweepStore Over(TestStore store) => new SweepStore((LedgerStore)store.Ledger);
}
