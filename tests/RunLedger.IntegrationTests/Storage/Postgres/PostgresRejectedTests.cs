using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Storage.Postgres;

public sealed class PostgresRejectedTests : RejectedConformance
{
    protected override Task<ReadableLedger> Open() => PostgresLedger.Open();
}
