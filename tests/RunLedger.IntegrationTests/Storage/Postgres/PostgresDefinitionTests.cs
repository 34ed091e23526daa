using RunLedger.Definitions;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Storage.Postgres;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Storage.Postgres;

/// <summary>PostgreSQL.</summary>
public sealed class PostgresDefinitionTests : DefinitionConformance
{
    private protected override async Task<TestStore> Open() => await PostgresTestStore.Open();

    private protected override IDefinitionStore Over(TestStore store) =>
        new DefinitionStore(((PostgresTestStore)store).Connect());
}
