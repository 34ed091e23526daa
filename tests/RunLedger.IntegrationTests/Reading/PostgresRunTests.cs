using RunLedger.Tests.Reading;

namespace RunLedger.IntegrationTests.Reading;

public sealed class PostgresRunTests : RunContract
{
    protected override Task<ReadableLedger> Open() => PostgresLedger.Open();
}
