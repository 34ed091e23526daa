using RunLedger.Definitions;
using RunLedger.Storage.Sqlite;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.Tests.Storage.Sqlite;

/// <summary>The embedded file.</summary>
public sealed class SqliteDefinitionTests : DefinitionConformance
{
    private protected override Task<TestStore> Open() => Task.FromResult<TestStore>(new SqliteTestStore());

    private protected override IDefinitionStore Over(TestStore store) => new DefinitionStore((LedgerStore)store.Ledger);
}
