using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Storage.Sqlite;

public sealed class SqliteFailureTests : FailureConformance
{
    protected override Task<ReadableLedger> Open() => SqliteLedger.Open();
}
