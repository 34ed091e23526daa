using RunLedger.Tests.Reading;

namespace RunLedger.IntegrationTests.Reading;

public sealed class PostgresFailureTests : FailureContract
{
    protected override Task<ReadableLedger> Open() => PostgresLedger.Open();
}
