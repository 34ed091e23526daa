namespace RunLedger.Tests.GroupCommit;

public sealed class SqliteCommitTests : CommitContract
{
    private protected override Task<TestStore> Open() => Task.FromResult<TestStore>(new SqliteTestStore());
}
