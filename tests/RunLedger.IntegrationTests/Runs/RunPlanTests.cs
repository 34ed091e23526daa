using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RunLedger.Folding;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.Service.Candidates;
using RunLedger.Service.Database;
using RunLedger.Service.Failures;
using RunLedger.Service.Overview;
using RunLedger.Service.Rejected;
using RunLedger.Service.Runs;
using Xunit;

namespace RunLedger.IntegrationTests.Runs;

/// <summary>
/// A page must not cost more because it is deep or because what it shows is rare. The measure is how many pages of the
/// database the plan touched, which no other load on the machine changes. Among 200,000 runs the failed ones and those
/// of one candidate are the 2,000 oldest, where a planner that takes them for evenly spread goes wrong.
/// </summary>
public sealed class RunPlanTests(RunPlanTests.ManyRuns many) : IClassFixture<RunPlanTests.ManyRuns>, IAsyncLifetime
{
    const int MostBlocks = 400;
    static readonly DateTime First = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    static readonly DateTime Middle = First.AddSeconds(100_000);

    PostgresLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await many.Open();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_page_costs_the_same_at_any_depth_and_however_rare_what_it_shows()
    {
        var deep = new PageKey(Middle, Guid.Parse("80000000-0000-0000-0000-000000000000"));
        await CostsLittle(new(), null, "process_run_observation_newest_idx");
        await CostsLittle(new(), deep, "process_run_observation_newest_idx");
        await CostsLittle(new() { Since = First, Until = Middle }, null, "process_run_observation_newest_idx");
        await CostsLittle(Of(RunStatus.Failed), null, "process_run_observation_status_newest_idx");
        await CostsLittle(Of(RunStatus.Completed), deep, "process_run_observation_newest_idx");
        await CostsLittle(
            Of(RunStatus.Started, RunStatus.Failed), deep, "process_run_observation_status_newest_idx");
        await CostsLittle(
            new() { Candidate = "PROC-CAND:old" }, null, "process_run_observation_candidate_newest_idx");
        await CostsLittle(
            new() { Candidate = "PROC-CAND:7" }, deep, "process_run_observation_candidate_newest_idx");
        await CostsLittle(new() { Source = "job_queue" }, deep, "process_run_observation_source_newest_idx");
        await CostsLittle(new() { Source = "dot_runtime" }, deep, "process_run_observation_newest_idx");
        await CostsLittle(new() { CorrelationId = "c7" }, null, "process_run_observation_correlation_id_idx");
        await CostsLittle(
            new() { ParentRunId = Guid.Empty }, null, "process_run_observation_parent_run_id_idx");
    }

    [Fact]
    public async Task Failures_of_a_candidate_that_never_failed_are_looked_for_in_an_index_alone()
    {
        await using var db = await Ledger();
        var never = new RunFilter { Candidate = "PROC-CAND:7", Statuses = [RunStatus.Failed] };

        var (plan, _) = await Explain(RunQueries.Rows(db, never, [], null, 51));

        Assert.Contains("process_run_observation_status_newest_idx", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Rows Removed by Filter", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_components_reads_only_those_of_its_run()
    {
        await using var db = await Ledger();
        var run = await db.Components.Select(c => c.ProcessRunId).FirstAsync(TestContext.Current.CancellationToken);

        var (plan, blocks) = await Explain(
            db.Components.Where(c => c.ProcessRunId == run).After(new(Middle, Guid.Empty)).InOrder(51));

        Assert.Contains("process_component_observation_process_run_id_idx", plan, StringComparison.Ordinal);
        Assert.True(blocks < 1_500, $"{blocks} blocks of the table's 4,300: {plan}");
    }

    static readonly IReadOnlyList<CandidateTables> Tables = CandidateTables.Of(archived: false);

    [Fact]
    public async Task The_figures_of_candidates_cost_what_is_counted_however_many_runs_there_are()
    {
        // 200,000 runs are of two days and a half, 80,000 components of four runs.
        const string Index = "process_run_observation_candidate_newest_idx";
        const int Days = 3, MostADay = 15;
        var sql = new RunLedger.Storage.Postgres.PostgresSql(new NpgsqlConnection());
        List<string> codes = [.. Enumerable.Range(0, 20).Select(n => $"PROC-CAND:{n}"), "PROC-CAND:old", "none"];
        (string, object)[] named = [.. codes.Select((code, n) => ($"c{n}", (object)code))];
        (string, object)[] days = [.. Enumerable.Range(0, Days + 1).Select(n => ($"d{n}", (object)First.AddDays(n)))];
        await using var db = await Ledger();
        var ids = await db.Components.Select(c => c.ProcessRunId).Distinct()
            .ToArrayAsync(TestContext.Current.CancellationToken);

        await CostsLittle(
            CandidateQueries.CodesSql(Tables), "process_run_observation", MostBlocks, ("after", ""), ("most", 200));
        await CostsLittle(CandidateQueries.NewestSql(sql, codes.Count, Tables[0]), Index, MostBlocks, named);
        await CostsLittle(
            CandidateWindow.RunsSql(sql, codes.Count, Days, Tables[0]), Index, 2 * codes.Count * Days * MostADay,
            [.. named, .. days, ("most", MostADay)]);
        await CostsLittle(
            CandidateWindow.AllSql(sql, codes.Count, Tables[0]), Index, 2 * codes.Count * MostADay,
            [.. named, ("since", First), ("most", MostADay)]);
        await CostsLittle(
            CandidateQueries.CountSql(codes.Count, Tables[0]), "process_run_observation_process_candidate_code_idx",
            MostBlocks, [.. named, ("most", 1_000)]);
        await CostsLittle(
            CandidateTroubles.Sql, "process_run_observation_status_", 3 * CandidateTroubles.MostOfAStatus,
            ("lately", First), ("most", CandidateTroubles.MostOfAStatus));
        await CostsLittle(
            CandidateDetailQuery.NewestSql(Tables[0]), Index, MostBlocks, ("code", "PROC-CAND:7"), ("most", 10));
        await CostsLittle(
            CandidateComponents.Sql(sql, Tables[0]), "process_component_observation_process_run_id_idx", 5_000,
            ("runs", ids[..1]), ("most", 20_000));
    }

    [Fact]
    public async Task What_an_operator_looks_at_is_answered_by_an_index()
    {
        var june = new DateTime(2026, 5, 31, 23, 30, 0, DateTimeKind.Utc);
        (string, object)[] window = [("from", june), ("most", FailureQueries.MostRead + 1)];
        var postgres = new RunLedger.Storage.Postgres.PostgresSql(new Npgsql.NpgsqlConnection());
        var failed = FailureQueries.RunsSql(postgres);
        await CostsLittle(failed, "process_run_observation_failed_idx", MostBlocks, window);
        await CostsLittle(FailureQueries.ComponentsSql, "process_component_observation_failed_idx", MostBlocks, window);
        await CostsLittle(
            OverviewQuery.FailuresSql, "process_run_observation_failed_idx", MostBlocks,
            ("hour", june), ("before", june), ("most", OverviewQuery.MostCounted));
        // All that failed is within this time: the number bounds it, and no table is read as a whole.
        await CostsLittle(
            failed, "process_run_observation_failed_idx", 5 * FailureQueries.MostRead,
            ("from", First), ("most", FailureQueries.MostRead + 1));
        await CostsLittle(
            FailureQueries.ComponentsSql, "process_component_observation_failed_idx", 8 * FailureQueries.MostRead,
            ("from", First), ("most", FailureQueries.MostRead + 1));
        (string, object)[] lately = [("from", First.AddSeconds(199_000)), ("most", OverviewQuery.MostCounted)];
        await CostsLittle(
            OverviewQuery.BegunSql(postgres.EpochMinutes("created_at")), "process_run_observation_newest_idx",
            MostBlocks, lately);
        await CostsLittle(
            OverviewQuery.SettledSql(postgres.EpochMinutes("settled_at")), "process_run_observation_settled_idx",
            MostBlocks, lately);

        await CostsLittle(
            RejectedSql.ClaimSlice(ofGroup: true, "for update skip locked"), "rejected_observation_group_idx",
            10 * MostBlocks, ("action", Guid.Empty), ("now", First), ("at", june), ("after", Guid.Empty),
            ("limit", 100), ("fingerprint", "f100"));
        await CostsLittle(
            RejectedSql.ClaimLeft("for update skip locked"), "rejected_observation_claimed_idx", MostBlocks,
            ("now", First), ("before", june), ("limit", 100));
        await using var db = await Ledger();
        foreach (var (query, index) in new (IQueryable<object>, string)[]
        {
            (ActivityQuery.Settled(db, 50), "process_run_observation_settled_idx"),
            (db.Actions.Newest(50), "operator_action_newest_idx"),
            (RejectedQueries.Rows(db, new("open", null), null, 50), "rejected_observation_open_idx"),
            (RejectedQueries.Rows(db, new(null, "f100"), null, 50), "rejected_observation_group_idx"),
            (
                RunQueries.RowsBack(db, db.Runs, new(), [], new(Middle, Guid.Empty), 51),
                "process_run_observation_newest_idx"),
            (
                RunQueries.RowsBack(db, db.Runs, Of(RunStatus.Failed), [], new(First, Guid.Empty), 51),
                "process_run_observation_status_newest_idx"),
        })
            await DescendsAsync(query, index);
        await DescendsAsync(RunSearch.Named(db, $"{Guid.Empty}"), "process_run_observation_parent_run_id_idx");
        await DescendsAsync(RunSearch.Named(db, "0198c0de-00"), "process_run_observation_pkey");

        // As much as is searched, whatever there is.
        var (search, read) = await Explain(RunSearch.Newest(db, db.Runs, new(), "needle").Newest(51));
        Assert.Contains("process_run_observation_newest_idx", search, StringComparison.Ordinal);
        Assert.True(read < 2 * RunSearch.MostSearched, $"{read} blocks: {search}");

        static async Task DescendsAsync<T>(IQueryable<T> query, string index)
        {
            var (plan, blocks) = await Explain(query);
            Assert.Contains(index, plan, StringComparison.Ordinal);
            // Aliases are none here.
            Assert.DoesNotMatch("Seq Scan\"[^}]*\"Relation Name\": \"(?!process_run_alias)", plan);
            Assert.True(blocks < MostBlocks, $"{blocks} blocks: {plan}");
        }
    }

    async Task CostsLittle(string sql, string index, long most, params (string Name, object Value)[] parameters)
    {
        await using var connection = await _ledger.DataSource.OpenConnectionAsync(
            TestContext.Current.CancellationToken);
        // What it would change it does not.
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            $"explain (analyze, buffers, format json) {sql}", connection, transaction);
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        var (plan, blocks) = Read((string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);

        Assert.Contains(index, plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.True(blocks < most, $"{blocks} blocks: {plan}");
    }

    async Task CostsLittle(RunFilter filter, PageKey? after, string index)
    {
        await using var db = await Ledger();
        var (plan, blocks) = await Explain(RunQueries.Rows(db, filter, [filter.ParentRunId], after, 51));

        Assert.Contains(index, plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.True(blocks < MostBlocks, $"{blocks} blocks: {plan}");
    }

    async Task<LedgerDb> Ledger() =>
        await _ledger.Services.GetRequiredService<IDbContextFactory<LedgerDb>>().CreateDbContextAsync();

    static RunFilter Of(params RunStatus[] statuses) => new() { Statuses = statuses };

    static async Task<(string Plan, long Blocks)> Explain<T>(IQueryable<T> query)
    {
        await using var command = query.CreateDbCommand();
#pragma warning disable CA2100 // the very SQL of the query, explained
        command.CommandText = $"explain (analyze, buffers, format json) {command.CommandText}";
#pragma warning restore CA2100
        if (command.Connection!.State == System.Data.ConnectionState.Closed)
            await command.Connection.OpenAsync();
        return Read((string)(await command.ExecuteScalarAsync())!);
    }

    static (string Plan, long Blocks) Read(string text)
    {
        var top = JsonElement.Parse(text)[0].GetProperty("Plan");
        return (
            text,
            top.GetProperty("Shared Hit Blocks").GetInt64() + top.GetProperty("Shared Read Blocks").GetInt64());
    }

    /// <summary>
    /// Filled once, with the first who asks; not with the fixture, where a server that is missing could not skip the
    /// tests.
    /// </summary>
    public sealed class ManyRuns : IAsyncDisposable
    {
        Task<PostgresLedger>? _filled;

        internal Task<PostgresLedger> Open() => _filled ??= Fill();

        public async ValueTask DisposeAsync()
        {
            if (_filled is { IsCompletedSuccessfully: true })
                await (await _filled).DisposeAsync();
        }

        // Among 80,000 components a quarter failed, 50 of them and 20 runs in June.
        static async Task<PostgresLedger> Fill()
        {
            var ledger = (PostgresLedger)await PostgresLedger.Open();
            await ledger.Start();
            await ledger.Execute("""
                insert into process_run_observation
                  (process_run_id, process_candidate_code, correlation_id, parent_run_id, status, source_system,
                   created_at, ended_at, settled_at)
                select gen_random_uuid(),
                  case when i <= 2000 then 'PROC-CAND:old' else 'PROC-CAND:' || i % 20 end,
                  'c' || i / 4,
                  case when i % 10 = 0 then gen_random_uuid() end,
                  case when i <= 2000 then 'failed' when i > 199000 then 'started' else 'completed' end,
                  'dot_runtime',
                  created_at,
                  case when i <= 20 then timestamptz '2026-06-01Z'
                    when i <= 2000 then created_at + interval '1 hour' end,
                  case when i <= 2000 then created_at + interval '1 hour' end
                from (select i, timestamptz '2026-01-01Z' + i / 100 * interval '100 seconds' as created_at
                  from generate_series(1, 200000) i) run;
                insert into process_component_observation
                  (component_run_id, process_run_id, correlation_id, source_system, status, started_at, ended_at)
                select gen_random_uuid(), process_run_id, 'c', 'job_queue',
                  case when i % 4 = 0 then 'failed' else 'observed' end,
                  created_at + i * interval '1 second',
                  case when run.n = 1 and i % 4 = 0 and i <= 200 then timestamptz '2026-06-01Z'
                    when i % 4 = 0 then created_at + i * interval '1 second' + interval '1 hour' end
                from (select *, row_number() over () as n from process_run_observation
                    where process_candidate_code = 'PROC-CAND:old' limit 4) run,
                  generate_series(1, 20000) i;
                insert into rejected_observation
                  (rejected_id, origin, payload, reason, rejected_at, fingerprint, state)
                select gen_random_uuid(), 'o', '\x', 'r' || i, timestamptz '2026-01-01Z' + i * interval '1 second',
                  'f' || i % 500,
                  case when i % 100 = 0 then 'open' else 'resent' end
                from generate_series(1, 100000) i;
                insert into operator_action (id, at, who, action, subject, outcome)
                select gen_random_uuid(), timestamptz '2026-01-01Z' + i * interval '1 second', 'w', 'note', 's', 'noted'
                from generate_series(1, 20000) i
                """);
            await ledger.Execute("vacuum analyze");
            return ledger;
        }
    }
}
