using System.Text.Json;
using Npgsql;
using RunLedger.Folding;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Service.Unlike;
using RunLedger.Storage.Postgres;
using RunLedger.Unlike;

namespace RunLedger.IntegrationTests.Unlike;

/// <summary>
/// What it costs among many to know what is unlike those before it. The measure is how many pages of the database the
/// plan touched, which no other load on the machine changes.
/// </summary>
public sealed class UnlikePlanTests(UnlikePlanTests.ManyRuns many) : IClassFixture<UnlikePlanTests.ManyRuns>
{
    const int MostBlocks = 400;
    const int Runs = 200_000;

    public sealed class ManyRuns : SharedDatabase
    {
        private protected override async Task Fill(TestDatabase database)
        {
            // Every thousandth is open, and every fifth of those slow.
            await database.Execute($"""
                insert into process_run_observation (process_run_id, process_candidate_code, correlation_id, status,
                  source_system, created_at, started_at, ended_at, settled_at)
                select gen_random_uuid(), 'PROC-CAND:' || i % 20, 'c',
                  case when i % 1000 = 0 then 'started' else 'completed' end,
                  'dot_runtime', at, at, case when i % 1000 > 0 then at end, case when i % 1000 > 0 then at end
                from (select i, timestamptz '2026-01-01Z' + i * interval '1 second' as at
                  from generate_series(1, {Runs}) i) r
                """);
            await database.Execute("""
                insert into counted_run select process_run_id, created_at from process_run_observation
                where status = 'completed'
                """);
            await database.Execute("""
                insert into unlike_run
                select process_run_id, process_run_id, 'slow', process_candidate_code, null, null, 1, 2, 100, created_at
                from process_run_observation where status = 'started' and process_candidate_code = 'PROC-CAND:0'
                order by created_at limit 40
                """);
            await database.Execute("""
                insert into unlike_run
                select process_run_id, process_run_id, 'suspicious', process_candidate_code, null, null, 1, 2, 100,
                  created_at
                from process_run_observation where status = 'completed' limit 3000
                """);
        }
    }

    [Fact]
    public Task What_is_slow_now_is_read_by_what_was_marked() => Costs(UnlikeSql.Slow, ("most", 5_000));

    [Fact]
    public Task How_many_are_slow_is_counted_by_what_was_marked() => Costs(UnlikeSql.CountSlow, ("most", 5_000));

    [Fact]
    public Task The_runs_of_a_kind_are_found_by_its_index() =>
        Costs(UnlikeQueries.KindSql, ("kind", "slow"), ("most", 5_000));

    [Fact]
    public Task A_slice_of_open_runs_is_read_by_their_status() => Costs(
        UnlikeSql.Open(RunStatus.Started),
        ("at", new DateTime(9000, 1, 1, 0, 0, 0, DateTimeKind.Utc)), ("id", Guid.Empty), ("limit", 100));

    [Fact]
    public Task A_slice_of_settled_runs_is_read_by_the_time_at_which_they_were() => Costs(
        UnlikeSql.Settled, 4_000,
        ("at", new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc)), ("id", Guid.Empty),
        ("until", new DateTime(2027, 1, 1, 0, 0, 0, DateTimeKind.Utc)), ("limit", DurationCounter.SliceSize));

    [Fact]
    public async Task What_a_page_of_runs_shows_is_read_by_their_ids()
    {
        var database = await many.Open();
        var ids = await database.DataSource.CreateCommand(
            "select array_agg(process_run_id) from (select process_run_id from unlike_run limit 50) u")
            .ExecuteScalarAsync(TestContext.Current.CancellationToken);

        await using var connection = await database.DataSource.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        await Costs(UnlikeQueries.ShownSql(new PostgresSql(connection)), ("runs", ids!));
    }

    Task Costs(string sql, params (string, object)[] parameters) => Costs(sql, MostBlocks, parameters);

    async Task Costs(string sql, long most, params (string, object)[] parameters)
    {
        var database = await many.Open();
        await using var connection = await database.DataSource.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"explain (analyze, buffers, format json) {sql}", connection);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync())!);
        var root = plan.RootElement[0].GetProperty("Plan");
        var blocks =
            root.GetProperty("Shared Hit Blocks").GetInt64() + root.GetProperty("Shared Read Blocks").GetInt64();

        Assert.True(blocks <= most, $"{blocks} pages: {root}");
    }
}
