using RunLedger.Tests.GroupCommit;

namespace RunLedger.Tests.Scheduling;

public sealed class SqliteOutgoingTests : OutgoingContract
{
    private protected override Task<TestStore> Open() => Task.FromResult<TestStore>(new SqliteTestStore());
}
