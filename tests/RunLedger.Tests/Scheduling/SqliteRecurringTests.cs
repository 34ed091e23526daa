using RunLedger.Tests.GroupCommit;

namespace RunLedger.Tests.Scheduling;

public sealed class SqliteRecurringTests : RecurringContract
{
    private protected override Task<TestStore> Open() => Task.FromResult<TestStore>(new SqliteTestStore());
}
