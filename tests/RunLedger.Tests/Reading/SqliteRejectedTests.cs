namespace RunLedger.Tests.Reading;

public sealed class SqliteRejectedTests : RejectedContract
{
    protected override Task<ReadableLedger> Open() => SqliteLedger.Open();
}
