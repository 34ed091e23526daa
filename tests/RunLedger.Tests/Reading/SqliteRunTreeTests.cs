namespace RunLedger.Tests.Reading;

public sealed class SqliteRunTreeTests : RunTreeContract
{
    protected override Task<ReadableLedger> OpenAsync() => SqliteLedger.OpenAsync();
}
