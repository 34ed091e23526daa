using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RunLedger.Deadlines;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Retention;
using RunLedger.Service.Database.Postgres;
using RunLedger.Service.Host;
using RunLedger.Service.Query;
using RunLedger.Storage;
using RunLedger.Storage.Postgres;

namespace RunLedger.IntegrationTests.Query;

/// <summary>
/// What DuckDB answers over tables and files is what PostgreSQL answered while all was in its tables.
/// </summary>
public sealed class QueryAggregateTests : IAsyncLifetime
{
    const int AtOnce = 20;
    static readonly DateTime Now = new(2027, 6, 1, 12, 0, 0, DateTimeKind.Utc);

    static readonly string[] Groups =
        ["status", "source_system", "process_candidate_code", "correlation_id", "parent_run_id::text", "'all'"];
    static readonly string[] Values =
    [
        "count(*)", "count(distinct correlation_id)", "count(ended_at)", "count(parent_run_id)", "count(evidence_ref)",
        "(extract(epoch from min(started_at)) * 1000)::bigint", "(extract(epoch from max(ended_at)) * 1000)::bigint",
        "sum((extract(epoch from ended_at) - extract(epoch from started_at))::bigint)", "max(error_ref)",
        "min(process_run_id::text)", "count(case when evidence_ref->>'a' = '1' then 1 end)",
    ];
    static readonly string[] Filters =
    [
        "true", "status = 'failed'", "started_at >= '2026-01-01T01:00:00Z'", "error_ref is not null",
        "correlation_id like 'c1%'", "status in ('completed', 'cancelled')", "ended_at < '2026-01-01T03:00:00Z'",
    ];

    readonly string _folder = Path.Combine(Path.GetTempPath(), $"run-ledger-query-{Guid.CreateVersion7()}");
    TestDatabase _database = null!;
    NpgsqlDataSource _service = null!;
    ServiceProvider _services = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.Create(applySchema: true);
        _service = NpgsqlDataSource.Create(ServiceLogin.Of(_database.ConnectionString));
        var options = new RunLedgerOptions();
        options.Archive.Directory = _folder;
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddLogging();
        services.AddSingleton(options).AddSingleton<ArchiveFiles>();
        services.AddSingleton<ILedgerTransactions>(new LedgerTransactions(_service));
        services.AddLedgerReading(new PostgresDialect(_service)).AddQuery();
        services.Configure<QueryOptions>(query => query.MemoryMegabytes = 640);
        _services = services.BuildServiceProvider();
        await _database.Execute(
            """
            insert into process_run_observation (process_run_id, process_candidate_code, correlation_id, parent_run_id,
              status, source_system, error_ref, evidence_ref, started_at, ended_at, created_at, settled_at)
            select gen_random_uuid(), 'P' || n % 7, 'c' || n % 90, case when n % 5 = 0 then gen_random_uuid() end,
              (array['completed', 'failed', 'cancelled'])[1 + n % 3], (array['dot_runtime', 'job_queue'])[1 + n % 2],
              case when n % 3 = 1 then 'error "' || n % 4 || '"' end, case when n % 4 > 0 then jsonb_build_object('a', n % 3) end,
              t, case when n % 11 > 0 then t + n % 600 * interval '1 second' end, t, t
            from generate_series(1, 900) n, lateral (select timestamptz '2026-01-01Z' + n * interval '20 seconds' t) at
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _service.DisposeAsync();
        await _database.DisposeAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(100, Explicit = true)]
    public async Task Aggregates_are_the_same_before_during_and_after_archiving_and_when_runs_come_back(int aggregates)
    {
        var seed = Random.Shared.Next();
        var asked = Statements(new Random(seed), aggregates, "runs");
        var expected = new List<string>();
        foreach (var sql in Statements(new Random(seed), aggregates, "process_run_observation"))
            expected.AddRange(await OfPostgres(sql));
        expected.Sort(StringComparer.Ordinal);
        Assert.True(expected.Count > aggregates);

        await Same("before", 0);
        await Move(400, files: true);
        await Same("during", 400);
        await Move(200, files: false);
        await Same("during, some of it without files", 600);
        await Move(1_000, files: true);
        await Same("after", 900);
        var back = await new ArchiveStore(_service).Return(
            await Ids("select process_run_id from process_run_archive order by 1 limit 50"), Now, Token);
        Assert.Equal(50, back.Count);
        await Same("when some came back", 850);
        await _database.Execute(
            "delete from process_run_archive where archived_at not in (select archived_at from archive_unfiled)");
        await Same("when what is in files is in no table", await Count());

        async Task Same(string when, long archived)
        {
            Assert.Equal(archived, await Count());
            var actual = new List<string>();
            foreach (var sql in asked)
            {
                var answer = await _services.GetRequiredService<LedgerQuery>().Ask(sql, "test", Token);
                actual.AddRange(answer.Rows.Select(row => string.Join('|', row.Select(cell => cell.ToString()))));
            }

            actual.Sort(StringComparer.Ordinal);
            Assert.True(
                expected.SequenceEqual(actual),
                $"Seed {seed}, {when}: {string.Join('\n', expected.Except(actual).Take(5))}\nbut "
                    + string.Join('\n', actual.Except(expected).Take(5)));
        }
    }

    // Each aggregate of a statement reads all files for itself, and has memory of its own.
    static List<string> Statements(Random random, int aggregates, string table) =>
    [
        .. Enumerable.Range(0, aggregates).Select(n =>
        {
            var (group, value, filter) = (Of(Groups), Of(Values), Of(Filters));
            return $"select {n}::text n, {group} g, {value}::text v from {table} where {filter} group by 2";

            string Of(string[] some) => some[random.Next(some.Length)];
        }).Chunk(AtOnce).Select(some => string.Join(" union all ", some)),
    ];

    Task<MovedSlice> Move(int limit, bool files) => new ArchiveStore(_service).Move(
        new SliceChoice(
            new SettledPoint(DateTime.UnixEpoch, Guid.Empty), files ? Now : Now.AddSeconds(1), limit,
            new RetentionPeriods(new RunLedgerOptions()), OneMonth: files),
        files ? _services.GetRequiredService<ArchiveFiles>().Keep : null, Token);

    async Task<List<string>> OfPostgres(string sql)
    {
        await using var command = _service.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var rows = new List<string>();
        while (await reader.ReadAsync(Token))
            rows.Add(string.Join(
                '|', Enumerable.Range(0, 3).Select(at => reader.IsDBNull(at) ? "" : reader.GetString(at))));
        return [.. rows.Order(StringComparer.Ordinal)];
    }

    async Task<List<Guid>> Ids(string sql)
    {
        await using var command = _service.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Token);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(Token))
            ids.Add(reader.GetGuid(0));
        return ids;
    }

    async Task<long> Count()
    {
        await using var command = _service.CreateCommand("select count(*) from process_run_archive");
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }
}
