using RunLedger.Definitions;
using RunLedger.IntegrationTests.GroupCommit;
using RunLedger.Storage.Postgres;
using RunLedger.Tests.Definitions;
using RunLedger.Tests.GroupCommit;

namespace RunLedger.IntegrationTests.Definitions;

/// <summary>PostgreSQL.</summary>
public sealed class PostgresDefinitionTests : DefinitionContract
{
    private protected override async Task<TestStore> Open() => await PostgresTestStore.Open();

    private protected override IDefinitionStore Over(TestStore store) => new DefinitionStore(((PostgresTestStore)store).Connect());
}
