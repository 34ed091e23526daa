using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.Tests.Storage.Sqlite;

public sealed class SqliteOutboxTests : OutboxConformance
{
    private protected override Task<TestStore> Open() => Task.FromResult<TestStore>(new SqliteTestStore());
}
