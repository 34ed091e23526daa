using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Storage.Postgres;

public sealed class PostgresCancelTests : CancelConformance
{
    private protected override async Task<TestStore> Open() => await PostgresTestStore.Open();
}
