using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Runs;
using RunLedger.Service.Reading;
using RunLedger.Tests.Reading;
using Xunit;

namespace RunLedger.IntegrationTests.Reading;

/// <summary>
/// A page must not cost more because it is deep or because what it shows is rare. The measure is how many pages of the
/// database the plan touched, which no other load on the machine changes. Among 200,000 runs the failed ones and those
/// of one candidate are the 2,000 oldest, where a planner that takes them for evenly spread goes wrong.
/// </summary>
public sealed class ReadingPlanTests : IAsyncLifetime
{
    const int MostBlocks = 400;
    static readonly DateTime First = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    static readonly DateTime Middle = First.AddSeconds(100_000);

    PostgresLedger _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = (PostgresLedger)await PostgresLedger.OpenAsync();
        await _ledger.StartAsync();
        await _ledger.ExecuteAsync("""
            insert into process_run_observation
              (process_run_id, process_candidate_code, correlation_id, parent_run_id, status, source_system, created_at)
            select gen_random_uuid(),
              case when i <= 2000 then 'PROC-CAND:old' else 'PROC-CAND:' || i % 20 end,
              'c' || i / 4,
              case when i % 10 = 0 then gen_random_uuid() end,
              case when i <= 2000 then 'failed' when i > 199000 then 'started' else 'completed' end,
              'dot_runtime',
              timestamptz '2026-01-01Z' + i / 100 * interval '100 seconds'
            from generate_series(1, 200000) i;
            insert into process_component_observation
              (component_run_id, process_run_id, correlation_id, source_system, started_at)
            select gen_random_uuid(), process_run_id, 'c', 'job_queue', created_at + i * interval '1 second'
            from (select * from process_run_observation where process_candidate_code = 'PROC-CAND:old' limit 4) run,
              generate_series(1, 20000) i
            """);
        await _ledger.ExecuteAsync("vacuum analyze");
    }

    public async ValueTask DisposeAsync()
    {
        if (_ledger is not null)
        {
            await _ledger.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_page_costs_the_same_at_any_depth_and_however_rare_what_it_shows()
    {
        var deep = new PageKey(Middle, Guid.Parse("80000000-0000-0000-0000-000000000000"));
        await CostsLittleAsync(new(), null, "process_run_observation_newest_idx");
        await CostsLittleAsync(new(), deep, "process_run_observation_newest_idx");
        await CostsLittleAsync(new() { Since = First, Until = Middle }, null, "process_run_observation_newest_idx");
        await CostsLittleAsync(Of(RunStatus.Failed), null, "process_run_observation_status_newest_idx");
        await CostsLittleAsync(Of(RunStatus.Completed), deep, "process_run_observation_newest_idx");
        await CostsLittleAsync(
            Of(RunStatus.Started, RunStatus.Failed), deep, "process_run_observation_status_newest_idx");
        await CostsLittleAsync(
            new() { Candidate = "PROC-CAND:old" }, null, "process_run_observation_candidate_newest_idx");
        await CostsLittleAsync(
            new() { Candidate = "PROC-CAND:7" }, deep, "process_run_observation_candidate_newest_idx");
        await CostsLittleAsync(new() { CorrelationId = "c7" }, null, "process_run_observation_correlation_id_idx");
        await CostsLittleAsync(
            new() { ParentRunId = Guid.Empty }, null, "process_run_observation_parent_run_id_idx");
    }

    [Fact]
    public async Task A_page_of_components_reads_only_those_of_its_run()
    {
        await using var db = await LedgerAsync();
        var run = await db.Components.Select(c => c.ProcessRunId).FirstAsync(TestContext.Current.CancellationToken);

        var (plan, blocks) = await ExplainAsync(
            db.Components.Where(c => c.ProcessRunId == run).After(new(Middle, Guid.Empty)).InOrder(51));

        Assert.Contains("process_component_observation_process_run_id_idx", plan, StringComparison.Ordinal);
        Assert.True(blocks < 1_500, $"{blocks} blocks of the table's 4,300: {plan}");
    }

    async Task CostsLittleAsync(RunFilter filter, PageKey? after, string index)
    {
        await using var db = await LedgerAsync();
        var (plan, blocks) = await ExplainAsync(RunQueries.Rows(db, filter, [filter.ParentRunId], after, 51));

        Assert.Contains(index, plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.True(blocks < MostBlocks, $"{blocks} blocks: {plan}");
    }

    async Task<LedgerDb> LedgerAsync() =>
        await _ledger.Services.GetRequiredService<IDbContextFactory<LedgerDb>>().CreateDbContextAsync();

    static RunFilter Of(params RunStatus[] statuses) => new() { Statuses = statuses };

    static async Task<(string Plan, long Blocks)> ExplainAsync<T>(IQueryable<T> query)
    {
        await using var command = query.CreateDbCommand();
#pragma warning disable CA2100 // the very SQL of the query, explained
        command.CommandText = $"explain (analyze, buffers, format json) {command.CommandText}";
#pragma warning restore CA2100
        await command.Connection!.OpenAsync();
        var text = (string)(await command.ExecuteScalarAsync())!;
        var top = JsonElement.Parse(text)[0].GetProperty("Plan");
        return (
            text,
            top.GetProperty("Shared Hit Blocks").GetInt64() + top.GetProperty("Shared Read Blocks").GetInt64());
    }
}
