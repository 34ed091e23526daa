namespace RunLedger.Tests.Reading;

public sealed class SqliteRunTests : RunContract
{
    protected override Task<ReadableLedger> Open() => SqliteLedger.Open();
}
