using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Service.Runs;
using RunLedger.Service.Web;
using RunLedger.Testing.Stores;
using RunLedger.Tests.Support;
using Xunit;

namespace RunLedger.Tests.Runs;

/// <summary>SQLite descends an index for a page: it neither scans the table nor sorts it.</summary>
public sealed class RunPlanTests
{
    static readonly PageKey Deep = new(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), Guid.Empty);

    [Fact]
    public async Task A_page_of_all_runs_starts_where_the_last_one_ended() =>
        Assert.StartsWith(
            "SEARCH p USING INDEX process_run_observation_newest_idx (created_at<?)",
            Assert.Single(await Plan(new())));

    [Fact]
    public async Task A_page_of_one_candidate_starts_where_the_last_one_ended() =>
        Assert.StartsWith(
            "SEARCH p USING INDEX process_run_observation_candidate_newest_idx "
                + "(process_candidate_code=? AND created_at<?)",
            Assert.Single(await Plan(new() { Candidate = "PROC-CAND:a" })));

    [Fact]
    public async Task A_page_of_one_source_starts_where_the_last_one_ended() =>
        Assert.StartsWith(
            "SEARCH p USING INDEX process_run_observation_source_newest_idx (source_system=? AND created_at<?)",
            Assert.Single(await Plan(new() { Source = "job_queue" })));

    [Fact]
    public async Task A_page_of_two_statuses_takes_each_from_its_place()
    {
        var plan = await Plan(new() { Statuses = [RunStatus.Failed, RunStatus.Stuck] });

        Assert.Equal(2, plan.Count(step => step.Contains(
            "USING INDEX process_run_observation_status_newest_idx (status=? AND created_at<?)",
            StringComparison.Ordinal)));
    }

    static async Task<List<string>> Plan(RunFilter filter)
    {
        await using var ledger = await SqliteLedger.Open();
        await ledger.Start();
        var contexts = ledger.Services.GetRequiredService<IDbContextFactory<LedgerDb>>();
        await using var db = await contexts.CreateDbContextAsync();
        await using var command = RunQueries.Rows(db, filter, [], Deep, 51).CreateDbCommand();
#pragma warning disable CA2100 // the very SQL of the query, explained
        command.CommandText = $"explain query plan {command.CommandText}";
#pragma warning restore CA2100
        await db.Database.OpenConnectionAsync();
        await using var reader = await command.ExecuteReaderAsync();
        List<string> plan = [];
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(3));
        }
        return plan;
    }
}
