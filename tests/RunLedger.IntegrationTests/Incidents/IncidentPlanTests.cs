using System.Text.Json;
using Npgsql;
using RunLedger.Folding;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Service.Incidents;

namespace RunLedger.IntegrationTests.Incidents;

/// <summary>
/// What a look for incidents costs among many runs. The measure is how many pages of the database the plan touched.
/// </summary>
public sealed class IncidentPlanTests(IncidentPlanTests.ManyRuns many) : IClassFixture<IncidentPlanTests.ManyRuns>
{
    const int MostBlocks = 400;
    const int Runs = 200_000;

    static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public sealed class ManyRuns : SharedDatabase
    {
        private protected override async Task Fill(TestDatabase database)
        {
            await database.Execute($"""
                insert into process_run_observation
                  (process_run_id, process_candidate_code, correlation_id, status, source_system, created_at,
                   settled_at)
                select gen_random_uuid(), 'PROC-CAND:' || i % 20, 'c',
                  case when i % 1000 = 0 then 'stuck' when i % 10 = 0 then 'failed' else 'completed' end, 'dot_runtime',
                  timestamptz '2026-01-01Z' + i * interval '1 second',
                  timestamptz '2026-01-01Z' + i * interval '1 second'
                from generate_series(1, {Runs}) i
                """);
            await database.Execute("""
                insert into incident (incident_id, rule, condition, candidate, began_at, said, groups, told_groups,
                  tellings, recovered_at, done)
                select gen_random_uuid(), 'r', 'failed', 'P' || i,
                  timestamptz '2026-01-01Z' + i * interval '1 second', '', '[]', '[]', 1,
                  timestamptz '2026-01-02Z', true
                from generate_series(1, 50000) i
                """);
        }
    }

    [Fact]
    public Task What_ended_since_the_last_look_is_read_and_no_more() => Reads(
        EndedRuns.SettledSql,
        ("at", Start.AddSeconds(Runs - 300)), ("run", Guid.Empty), ("until", Start.AddDays(30)), ("limit", 500));

    [Fact]
    public Task What_may_have_overtaken_a_run_is_looked_for_among_the_newest_of_its_candidate() => Reads(
        EndedRuns.OvertakenSql,
        ("candidate", "PROC-CAND:3"), ("looked", 200), ("other", "failed"), ("ended", Start),
        ("settled", Start.AddDays(30)));

    [Fact]
    public Task Runs_that_are_stuck_are_found_by_their_status() =>
        Reads(FlaggedCondition.Sql(RunStatus.Stuck), ("most", FlaggedCondition.Most));

    [Fact]
    public Task Incidents_that_are_done_are_not_read() => Reads(IncidentSql.UndoneSql, ("most", IncidentBook.Most));

    [Theory]
    [InlineData(null)]
    [InlineData("lasting")]
    [InlineData("over")]
    public Task A_page_of_incidents_reads_a_page(string? state) => Reads(
        IncidentQueries.ListSql(state), ("at", Start.AddDays(1)), ("id", Guid.Empty), ("limit", 51));

    async Task Reads(string sql, params (string, object)[] parameters)
    {
        var database = await many.Open();
        await using var connection = await database.DataSource.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"explain (analyze, buffers, format json) {sql}", connection);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync())!);
        var root = plan.RootElement[0].GetProperty("Plan");
        Assert.InRange(
            root.GetProperty("Shared Hit Blocks").GetInt64() + root.GetProperty("Shared Read Blocks").GetInt64(),
            0, MostBlocks);
    }
}
