namespace RunLedger.Tests.Reading;

public sealed class SqliteRunListTests : RunListContract
{
    protected override Task<ReadableLedger> OpenAsync() => SqliteLedger.OpenAsync();
}
