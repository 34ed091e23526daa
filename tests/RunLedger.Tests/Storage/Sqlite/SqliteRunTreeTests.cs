using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Storage.Sqlite;

public sealed class SqliteRunTreeTests : RunTreeConformance
{
    protected override Task<ReadableLedger> Open() => SqliteLedger.Open();
}
