using RunLedger.Tests.GroupCommit;

namespace RunLedger.IntegrationTests.GroupCommit;

public sealed class PostgresCommitTests : CommitContract
{
    private protected override async Task<TestStore> Open() => await PostgresTestStore.Open();
}
