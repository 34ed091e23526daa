using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;

namespace RunLedger.IntegrationTests.Storage.Postgres;

public sealed class PostgresRunSearchTests : RunSearchConformance
{
    protected override string ManyRuns =>
        """
        insert into process_run_observation
          (process_run_id, process_candidate_code, correlation_id, status, source_system, created_at)
        select gen_random_uuid(), 'P', 'c', 'completed', 'dot_runtime', timestamptz '2026-03-01Z'
          from generate_series(1, 50000)
        """;

    protected override Task<ReadableLedger> Open() => PostgresLedger.Open();
}
