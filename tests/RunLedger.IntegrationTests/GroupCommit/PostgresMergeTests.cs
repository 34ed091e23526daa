using RunLedger.Tests.GroupCommit;

namespace RunLedger.IntegrationTests.GroupCommit;

public sealed class PostgresMergeTests : MergeContract
{
    private protected override async Task<TestStore> Open() => await PostgresTestStore.Open();
}
