using System.Text.Json.Nodes;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;
using static RunLedger.Testing.LineageFixtures;

namespace RunLedger.IntegrationTests.Intake.OpenLineage;

/// <summary>Streams that real OpenLineage clients sent, over HTTP, RabbitMQ and PostgreSQL.</summary>
public sealed class LineageStreamTests
{
    const string Columns = "'id', process_run_id, 'parent', parent_run_id, 'correlation', correlation_id, 'status', "
        + "status, 'source', source_system, 'key', idempotency_key, 'input', input_ref, 'output', output_ref, "
        + "'error', error_ref, 'evidence', evidence_ref, 'started', started_at, 'ended', ended_at";

    [Fact]
    public async Task The_streams_give_the_same_rows_in_any_order_with_the_times_expected()
    {
        JsonArray? inOrder = null;
        foreach (var order in Orders([.. Events(Airflow), .. Events(Spark), .. Events(Plain)]).Take(3))
        {
            await using var site = await LedgerSite.Create();
            await Send(site, order);
            await AssertAsExpected(site);
            var rows = await Rows(site);
            inOrder ??= rows;
            Assert.True(JsonNode.DeepEquals(inOrder, rows), $"In order:\n{inOrder}\nin another:\n{rows}");
        }
    }

    /// <summary>Until the queue is empty and the ledger, which finishes what it has in hand, is gone.</summary>
    static async Task Send(LedgerSite site, List<string> events)
    {
        var ledger = await site.Start();
        foreach (var json in events)
            Assert.Equal(202, (await ledger.Post("/api/v1/lineage", json)).Status);
        await WorkOff(site, ledger);
        while (await site.Publisher.Waiting(LedgerSite.Queue) > 0)
            await WorkOff(site, await site.Start());
        Assert.Empty(await LedgerRows.Rejected(site.Database));
    }

    static async Task WorkOff(LedgerSite site, LedgerProcess ledger)
    {
        await Eventually.Async(
            async () =>
                await site.Publisher.Waiting(LedgerSite.Queue) is > 0 and var waiting ? $"{waiting} wait" : null,
            TimeSpan.FromSeconds(60), () => ledger.Output);
        await ledger.Stop();
    }

    static async Task AssertAsExpected(LedgerSite site)
    {
        foreach (var (id, started, ended) in Expected(Airflow))
            Assert.Equal(1, await Count(
                site, "process_run_id = $1 and status = 'completed' and started_at = $2 and ended_at = $3",
                id, started, ended));
        var (silent, _, end) = Assert.Single(Expected(Spark));
        Assert.Equal(0, await Count(site, "process_run_id = $1", silent));
        Assert.Equal(new DateTimeOffset(2024, 10, 17, 9, 18, 29, 267, TimeSpan.Zero), end);
        Assert.Equal(
            1, await Count(site, "parent_run_id = $1 and ended_at = $2 and status = 'completed'", silent, end));
    }

    static async Task<long> Count(LedgerSite site, string where, params object[] values)
    {
        await using var command = site.Database.CreateCommand(
            $"select count(*) from process_run_observation where {where}");
        foreach (var value in values)
            command.Parameters.AddWithValue(value is DateTimeOffset time ? time.ToUniversalTime() : value);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>
    /// Every column of both tables that the order must not change; the evidence as JSON, not as text.
    /// </summary>
    static async Task<JsonArray> Rows(LedgerSite site)
    {
        await using var command = site.Database.CreateCommand($"""
            select jsonb_agg(row order by row ->> 'kind', row ->> 'id', row ->> 'component')::text
            from (
              select jsonb_build_object('kind', 'run', 'candidate', process_candidate_code, 'definition',
                process_definition_code, {Columns}) as row
              from process_run_observation
              union all
              select jsonb_build_object('kind', 'component', 'component', component_run_id, 'dot', dot_code,
                'role', component_role, 'event', event_code, 'job', queue_job_id, {Columns}) as row
              from process_component_observation) as rows
            """);
        return JsonNode.Parse((string)(await command.ExecuteScalarAsync())!)!.AsArray();
    }

    static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", System.Globalization.CultureInfo.InvariantCulture);
}
