using RunLedger.Testing.Conformance;
using RunLedger.Testing.Stores;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Storage.Sqlite;

public sealed class SqliteRunSearchTests : RunSearchConformance
{
    protected override string ManyRuns =>
        """
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000)
        insert into process_run_observation
          (process_run_id, process_candidate_code, correlation_id, status, source_system, created_at)
        select printf('10000000-0000-0000-0000-%012d', i), 'P', 'c', 'completed', 'dot_runtime',
          '2026-03-01T00:00:00.000000Z' from n
        """;

    protected override Task<ReadableLedger> Open() => SqliteLedger.Open();
}
