using RunLedger.Sealing;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Storage.Sqlite;

sealed class SqliteProvider : Provider
{
    internal override Task<TestStore> OpenStore(CommitSeals? seals = null) =>
        Task.FromResult<TestStore>(new SqliteTestStore(seals));

    internal override Task<ReadableLedger> OpenLedger() => SqliteLedger.Open();
}
