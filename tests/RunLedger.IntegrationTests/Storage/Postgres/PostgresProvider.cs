using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Sealing;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Storage.Postgres;

sealed class PostgresProvider : Provider
{
    internal override async Task<TestStore> OpenStore(CommitSeals? seals = null) => await PostgresTestStore.Open(seals);

    internal override Task<ReadableLedger> OpenLedger() => PostgresLedger.Open();
}
