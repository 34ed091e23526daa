using System.Text.Json;
using Npgsql;
using RunLedger.Expectations;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Storage.Postgres;

namespace RunLedger.IntegrationTests.Expectations;

/// <summary>
/// What a look for runs costs among many. The measure is how many pages of the database the plan touched, which no
/// other load on the machine changes.
/// </summary>
public sealed class ExpectationPlanTests(ExpectationPlanTests.ManyRuns many)
    : IClassFixture<ExpectationPlanTests.ManyRuns>
{
    const int MostBlocks = 400;

    /// <summary>Of a page of 2,000 runs, each of which is looked up among those that have a place.</summary>
    const int MostPageBlocks = 12_000;
    const int Runs = 200_000;

    public sealed class ManyRuns : SharedDatabase
    {
        private protected override async Task Fill(TestDatabase database)
        {
            await database.Execute($"""
                insert into process_run_observation
                  (process_run_id, process_candidate_code, correlation_id, status, source_system, created_at,
                   started_at)
                select gen_random_uuid(), 'PROC-CAND:' || i % 20, 'c', 'completed', 'dot_runtime',
                  timestamptz '2026-01-01Z' + i * interval '1 second',
                  timestamptz '2026-01-01Z' + i * interval '1 second'
                from generate_series(1, {Runs}) i
                """);
            await database.Execute("""
                insert into expectation values
                  ('nightly', 'P', '0 2 * * *', null, 600, 300, null, 1, now(), 'anna', now(), now());
                insert into expected_run
                select 'nightly', process_run_id, null, null, false, false, created_at from process_run_observation
                """);
        }
    }

    [Theory]
    [InlineData("PROC-CAND:3")]
    [InlineData("PROC-CAND:3 PROC-CAND:4 PROC-CAND:nobody")]
    public async Task A_look_for_runs_reads_those_that_were_heard_of_lately_and_no_more(string codes)
    {
        await using var connection = await Connect();
        var blocks = await Blocks(
            connection,
            ExpectationSql.HeardOf(new PostgresSql(connection)),
            ("name", "nightly"), ("these", codes.Split(' ')), ("limit", 500),
            ("from", new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(Runs - 600)));

        Assert.InRange(blocks, 1, MostBlocks);
    }

    [Fact]
    public async Task Of_runs_whose_start_may_become_known_a_look_reads_so_many_and_not_all()
    {
        await using var connection = await Connect();
        var blocks = await Blocks(
            connection,
            UnknownStarts.KnownBetter,
            ("name", "nightly"), ("at", DateTime.UnixEpoch), ("after", Guid.Empty), ("limit", 500));

        // Each of the thousand is looked up by its id.
        Assert.InRange(blocks, 1, 6_000);
    }

    [Fact]
    public async Task The_candidates_are_found_by_a_look_into_the_index_for_each()
    {
        await using var connection = await Connect();

        Assert.InRange(await Blocks(connection, ExpectationSql.Codes, ("most", 10_000)), 1, MostBlocks);
        Assert.Equal(
            20,
            (await ExpectationSql.Candidates(
                new PostgresSql(connection), 10_000, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task A_page_of_the_runs_of_patterns_is_read_and_nothing_that_is_later()
    {
        await using var connection = await Connect();
        var (from, to) = (Second(20_000), Second(22_000));

        var page = await Blocks(
            connection, PatternRuns.Next, ("at", from), ("after", Guid.Empty), ("limit", 2_000));
        var unplaced = await Blocks(
            connection, PatternRuns.Unplaced(new PostgresSql(connection)), ("name", "nightly"),
            ("these", await Between(connection, from, to)), ("from", from), ("to", to), ("limit", 500));

        Assert.InRange(page, 1, MostBlocks);
        Assert.InRange(unplaced, 1, MostPageBlocks);
    }

    static DateTime Second(int number) => new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(number);

    static async Task<Guid[]> Between(NpgsqlConnection connection, DateTime from, DateTime to)
    {
        await using var command = new NpgsqlCommand(
            "select array_agg(process_run_id) from process_run_observation where created_at between $1 and $2",
            connection);
        command.Parameters.AddWithValue(from);
        command.Parameters.AddWithValue(to);
        return (Guid[])(await command.ExecuteScalarAsync())!;
    }

    async Task<NpgsqlConnection> Connect() =>
        await (await many.Open()).DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);

    static async Task<long> Blocks(NpgsqlConnection connection, string sql, params (string, object)[] parameters)
    {
        await using var command = new NpgsqlCommand($"explain (analyze, buffers, format json) {sql}", connection);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        using var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync())!);
        var root = plan.RootElement[0].GetProperty("Plan");
        return root.GetProperty("Shared Hit Blocks").GetInt64() + root.GetProperty("Shared Read Blocks").GetInt64();
    }
}
