using RunLedger.Tests.Reading;

namespace RunLedger.IntegrationTests.Reading;

public sealed class PostgresRejectedTests : RejectedContract
{
    protected override Task<ReadableLedger> Open() => PostgresLedger.Open();
}
