using RabbitMQ.Client;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Intake;

/// <summary>Publishers that have left MassTransit, or never used it.</summary>
public sealed class OtherBusTests
{
    [Fact]
    public async Task What_other_libraries_send_becomes_a_row_each_or_is_set_aside_with_what_to_do()
    {
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start();
        var runs = new Dictionary<Guid, string>();
        foreach (var (message, exchange) in Recorded.ByExchange.Select(m => (m, "RunLedger.Contracts:RunStarted"))
            .Concat(Recorded.ByType.Select(m => (m, LedgerSite.Queue))))
        {
            // Those that are packed into base64 are about the run of the recording.
            var run = message.Library.EndsWith("of bytes", StringComparison.Ordinal)
                && message.Properties.ContentType is not null
                ? Guid.Parse("0198c0de-0000-7000-8000-000000000d01")
                : Guid.CreateVersion7();
            runs[run] = message.Library;
            await site.Publisher.Send(exchange, message.About(run), message.Properties);
        }

        foreach (var (message, _) in Recorded.Rejected)
            await site.Publisher.Send(LedgerSite.Queue, message.Body, message.Properties);

        await Eventually.Async(
            async () =>
            {
                var rows = await site.List(
                    "select process_run_id::text from process_run_observation where status = 'started' "
                    + "and correlation_id = 'order-4711' and started_at = '2026-11-27T08:00:00Z'");
                var missing = runs.Keys.Except(rows.Select(Guid.Parse)).Select(run => runs[run]).ToList();
                var reasons = await site.List("select reason from rejected_observation");
                return missing.Count == 0 && reasons.Count == Recorded.Rejected.Count()
                    ? null
                    : $"missing: {string.Join("; ", missing)}\nset aside: {string.Join("\n", reasons)}";
            },
            TimeSpan.FromSeconds(30),
            () => ledger.Output);
        var told = await site.List("select reason from rejected_observation");
        foreach (var (message, reason) in Recorded.Rejected)
            Assert.True(told.Exists(t => t.Contains(reason, StringComparison.Ordinal)), message.Library);
        Assert.Equal(
            ["""{"ok": true, "none": null, "rows": 7, "tags": ["a", 1], "ratio": 0.5, "sizes": [1, 2]}"""],
            await site.List(
                "select (evidence_ref -> 'from' -> 'RunStarted' -> 'value')::text from process_run_observation "
                + "where evidence_ref -> 'from' -> 'RunStarted' -> 'value' is not null"));
    }
}
