using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Storage.Sqlite;

sealed class SqliteProvider : Provider
{
    internal override Task<TestStore> OpenStore() => Task.FromResult<TestStore>(new SqliteTestStore());

    internal override Task<ReadableLedger> OpenLedger() => SqliteLedger.Open();
}
