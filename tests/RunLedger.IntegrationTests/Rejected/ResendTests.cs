using System.Globalization;
using System.Text.Json;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Rejected;

/// <summary>
/// Rejected observations that are sent again through a real broker, by a service that is killed over it.
/// </summary>
public sealed class ResendTests
{
    const int Count = 1_500;

    [Fact]
    public async Task A_service_killed_while_it_sends_a_group_again_loses_nothing_and_counts_nothing_twice()
    {
        await using var site = await LedgerSite.Create();
        var settings = new Dictionary<string, string>(LedgerSite.Slow) { ["Intake__Patience"] = "00:00:01" };
        var first = await site.Start(settings);
        // As an older version rejected them: the validator has learnt of them since.
        await using (var fill = site.Database.CreateCommand(
            $$"""
              insert into rejected_observation (rejected_id, contract, origin, content_type, payload, reason)
              select id, 'RunStarted', 'run-ledger', 'application/json',
                convert_to(json_build_object('processRunId', id,
                'processCandidateCode', 'P', 'correlationId', 'c', 'sourceSystem', 'dot_runtime', 'occurredAt',
                  '2026-11-01T12:00:00Z')::text,
                'utf8'), 'RunStarted ' || n || ' was not known'
              from (select gen_random_uuid() id, n from generate_series(1, {{Count}}) n) r
              """))
            await fill.ExecuteNonQueryAsync();

        var (status, _, body) = await first.Post("/api/rejected/resend", """{"all":true,"reason":"it is known now"}""");
        Assert.True(status == 202, $"{status} {body}");
        await Eventually.Async(
            async () => await CountAsync(site, "resent") is > 0 and < Count and var sent
                ? null
                : $"{await CountAsync(site, "resent")} are sent",
            TimeSpan.FromSeconds(30));
        await first.Kill();
        var left = Count - await CountAsync(site, "resent");
        Assert.True(left > 0, "all was sent before the service was killed: nothing is shown");
        await site.Start(settings);

        await Eventually.Async(
            async () => await CountAsync(site, "resent") is var sent && sent < Count ? $"{sent} are sent" : null,
            TimeSpan.FromSeconds(60),
            () => site.Output);
        await Eventually.Async(
            async () =>
                (await site.List("select coalesce(outcome, 'goes on') from operator_action")) is [$"resent 1,500"]
                    ? null
                    : string.Join(
                        ", ",
                        await site.List("select coalesce(outcome, 'goes on') || detail::text from operator_action")),
            TimeSpan.FromSeconds(30),
            () => site.Output);
        await Eventually.Async(
            async () =>
                (await site.List("select count(*)::text from process_run_observation where status = 'started'"))[0]
                    is var runs && runs != $"{Count}" ? $"{runs} runs" : null,
            TimeSpan.FromSeconds(30));
        // Counted as the rows are: what was sent twice moved no counter twice.
        Assert.Equal(
            ["1500"], await site.List("select sum(runs)::text from run_status_count where status = 'started'"));
        Assert.Equal(
            ["local it is known now"],
            await site.List("select distinct handled_by || ' ' || handled_reason from rejected_observation"));
    }

    [Fact]
    public async Task What_a_consumer_rejects_again_goes_back_to_its_own_row_and_the_overview_knows_replica_and_queues()
    {
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start();
        var run = Guid.CreateVersion7();
        await using (var archive = site.Database.CreateCommand(
            $"""
             insert into process_run_archive (process_run_id, process_candidate_code, correlation_id, status,
               source_system, created_at, archived_at)
             values ('{run}', 'P', 'c', 'completed', 'dot_runtime', now(), now())
             """))
            await archive.ExecuteNonQueryAsync();
        await site.Publisher.Send([new Sent("RunStarted", run, new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))]);
        await Eventually.Async(
            async () => await CountAsync(site, "open") == 1 ? null : "it is not rejected", TimeSpan.FromSeconds(20));
        var id = (await site.List("select rejected_id::text from rejected_observation"))[0];

        var (status, _, body) = await ledger.Post($"/api/rejected/{id}/resend", "");
        Assert.True(status == 200, $"{status} {body}");

        await Eventually.Async(
            async () => string.Join(", ", await site.List("select state || ': ' || outcome from rejected_observation"))
                is var now && now != "open: rejected again" ? now : null,
            TimeSpan.FromSeconds(20),
            () => site.Output);
        await Eventually.Async(
            async () =>
            {
                var (_, overview) = await ledger.Get("/api/overview");
                return Complete(JsonElement.Parse(overview)) ? null : overview;
            },
            TimeSpan.FromSeconds(20),
            () => site.Output);

        static bool Complete(JsonElement overview)
        {
            var queues = overview.GetProperty("queues")
                .EnumerateArray()
                .ToDictionary(queue => queue.GetProperty("name").GetString()!);
            return overview.GetProperty("replicas").GetArrayLength() == 1
                && queues[LedgerSite.Queue].GetProperty("consumers").GetInt32() == 1
                && queues[LedgerSite.ErrorQueue].GetProperty("exists").GetBoolean()
                && overview.GetProperty("freshness").GetProperty("lagSeconds").ValueKind == JsonValueKind.Number
                && overview.GetProperty("recurring").GetArrayLength() == 4;
        }
    }

    static async Task<int> CountAsync(LedgerSite site, string state) => int.Parse(
        (await site.List($"select count(*)::text from rejected_observation where state = '{state}'"))[0],
        CultureInfo.InvariantCulture);
}
