using System.Text.Json;
using Npgsql;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Service.Dossier;
using RunLedger.Storage.Postgres;

namespace RunLedger.IntegrationTests.Dossier;

/// <summary>
/// A dossier reads the runs of its candidate, however many others there are. The measure is how many pages of the
/// database the plan touched, which no other load on the machine changes.
/// </summary>
public sealed class DossierPlanTests : IAsyncLifetime
{
    // A hundred runs with two components each; the tables have some 1,500.
    const int MostBlocks = 1_200;

    static readonly DateTime Later = new(2026, 2, 1, 0, 0, 0, DateTimeKind.Utc);

    TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.Create(applySchema: true);
        await _database.Execute("""
            insert into process_run_observation
              (process_run_id, process_candidate_code, correlation_id, status, source_system, created_at, started_at,
               ended_at)
            select gen_random_uuid(), 'PROC-CAND:' || i % 200, 'c',
              case when i % 3 = 0 then 'failed' else 'completed' end, 'dot_runtime',
              timestamptz '2026-01-01Z' + i * interval '1 second',
              timestamptz '2026-01-01Z' + i * interval '1 second', timestamptz '2026-01-01Z' + i * interval '2 seconds'
            from generate_series(1, 20000) i;
            insert into process_component_observation
              (component_run_id, process_run_id, correlation_id, component_role, status, source_system, started_at,
               ended_at)
            select gen_random_uuid(), process_run_id, 'c', role, status, 'dot_runtime', started_at, ended_at
            from (select process_run_id, case status when 'failed' then 'failed' else 'step_completed' end as status,
              started_at, ended_at from process_run_observation) r, (values ('producer'), ('verifier')) roles (role);
            insert into process_run_archive
              (process_run_id, process_candidate_code, correlation_id, status, source_system, created_at, started_at,
               ended_at, archived_at)
            select gen_random_uuid(), process_candidate_code, correlation_id, status, source_system, created_at,
              started_at, ended_at, created_at from process_run_observation;
            insert into process_component_archive
              (component_run_id, process_run_id, correlation_id, component_role, status, source_system, created_at,
               started_at, ended_at, archived_at)
            select gen_random_uuid(), process_run_id, 'c', role,
              case status when 'failed' then 'failed' else 'step_completed' end, 'dot_runtime', created_at, started_at,
              ended_at, created_at
            from process_run_archive, (values ('producer'), ('verifier')) roles (role);
            insert into rejected_observation (rejected_id, origin, payload, reason, rejected_at)
            select gen_random_uuid(), 'o', 'x', 'r', timestamptz '2026-01-01Z' + i * interval '1 second'
            from generate_series(1, 30000) i
            """);
        await _database.Execute("vacuum analyze");
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_dossier_reads_what_is_of_its_candidate_and_of_what_was_set_aside_the_newest()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        (string, object)[] asked = [("candidate", "PROC-CAND:7"), ("asOf", Later)];
        foreach (var (runs, components) in DossierSql.Tables)
        {
            await CostsLittle(connection, DossierSql.Runs(new PostgresSql(connection), runs, components), asked);
            await CostsLittle(connection, DossierSql.FailedComponents(runs, components), asked);
        }

        await CostsLittle(connection, DossierSql.Rejected, [("asOf", Later)]);
    }

    static async Task CostsLittle(NpgsqlConnection connection, string sql, (string, object)[] parameters)
    {
        await using var command = new NpgsqlCommand($"explain (analyze, buffers, format json) {sql}", connection);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        var plan = (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        var top = JsonElement.Parse(plan)[0].GetProperty("Plan");
        var blocks = top.GetProperty("Shared Hit Blocks").GetInt64()
            + top.GetProperty("Shared Read Blocks").GetInt64();

        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.True(blocks < MostBlocks, $"{blocks} blocks: {plan}");
    }
}
