using RunLedger.Tests.Reading;

namespace RunLedger.IntegrationTests.Reading;

public sealed class PostgresRunTreeTests : RunTreeContract
{
    protected override Task<ReadableLedger> Open() => PostgresLedger.Open();
}
