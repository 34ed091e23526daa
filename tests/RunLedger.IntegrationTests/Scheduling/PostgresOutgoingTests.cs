using RunLedger.IntegrationTests.GroupCommit;
using RunLedger.Tests.GroupCommit;
using RunLedger.Tests.Scheduling;

namespace RunLedger.IntegrationTests.Scheduling;

public sealed class PostgresOutgoingTests : OutgoingContract
{
    private protected override async Task<TestStore> Open() => await PostgresTestStore.Open();
}
