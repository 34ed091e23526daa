using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Storage.Postgres;

public sealed class PostgresOutboxTests : OutboxConformance
{
    private protected override async Task<TestStore> Open() => await PostgresTestStore.Open();
}
