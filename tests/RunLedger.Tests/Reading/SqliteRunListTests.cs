namespace RunLedger.Tests.Reading;

public sealed class SqliteRunListTests : RunListContract
{
    protected override Task<ReadableLedger> Open() => SqliteLedger.Open();
}
