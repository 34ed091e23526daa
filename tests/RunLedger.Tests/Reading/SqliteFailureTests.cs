namespace RunLedger.Tests.Reading;

public sealed class SqliteFailureTests : FailureContract
{
    protected override Task<ReadableLedger> Open() => SqliteLedger.Open();
}
