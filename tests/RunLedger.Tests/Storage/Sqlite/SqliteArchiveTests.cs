using RunLedger.Deadlines;
using RunLedger.Retention;
using RunLedger.Storage.Sqlite;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.Tests.Storage.Sqlite;

/// <summary>The embedded file.</summary>
public sealed class SqliteArchiveTests : ArchiveConformance
{
    private protected override Task<TestStore> Open()
    {
        var store = new SqliteTestStore();
        ((LedgerStore)store.Ledger).Open();
        return Task.FromResult<TestStore>(store);
    }

    private protected override IArchiveStore Over(TestStore store) => new ArchiveStore((LedgerStore)store.Ledger);

    private protected override ISweepStore Sweeps(TestStore store) => new SweepStore((LedgerStore)store.Ledger);
}
