using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Storage.Postgres;

sealed class PostgresProvider : Provider
{
    internal override async Task<TestStore> OpenStore() => await PostgresTestStore.Open();

    internal override Task<ReadableLedger> OpenLedger() => PostgresLedger.Open();
}
