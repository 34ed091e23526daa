namespace RunLedger.Tests.Reading;

public sealed class SqliteRunTreeTests : RunTreeContract
{
    protected override Task<ReadableLedger> Open() => SqliteLedger.Open();
}
