using RunLedger.Tests.Reading;

namespace RunLedger.IntegrationTests.Reading;

public sealed class PostgresRunListTests : RunListContract
{
    protected override Task<ReadableLedger> Open() => PostgresLedger.Open();
}
