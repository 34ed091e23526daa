using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Storage.Postgres;

public sealed class PostgresRunTests : RunConformance
{
    protected override Task<ReadableLedger> Open() => PostgresLedger.Open();
}
