namespace RunLedger.Tests.GroupCommit;

public sealed class SqliteMergeTests : MergeContract
{
    private protected override Task<TestStore> Open() => Task.FromResult<TestStore>(new SqliteTestStore());
}
