using System.Text;
using RabbitMQ.Client;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Intake;

/// <summary>Observations that go past MassTransit's pipeline, and the others.</summary>
public sealed class DirectTests
{
    static readonly Dictionary<string, string> Pipeline = new() { ["RunLedger__ThroughPipeline"] = "true" };

    [Fact]
    public async Task Through_the_pipeline_and_past_it_the_rows_are_the_same()
    {
        var sent = new Traffic(41).Runs(100);
        var poisons = Poison.All();
        string[] rejected = [], rows = [];
        foreach (var settings in (Dictionary<string, string>[])[Pipeline, []])
        {
            await using var site = await LedgerSite.Create();
            var ledger = await site.Start(settings);
            await site.Publisher.Send(sent);
            await site.Publisher.Send(sent);
            foreach (var poison in poisons)
            {
                await site.Publisher.Send(
                    poison.Exchange, poison.RoutingKey, poison.Payload, poison.ContentType, poison.Type);
            }

            foreach (var (exchange, properties, body) in Unusual())
                await site.Publisher.Send(exchange, Encoding.UTF8.GetBytes(body), properties);
            await Eventually.Async(
                async () => await LedgerRows.Rejected(site.Database) is var found && found.Count == poisons.Count
                    && await site.Publisher.Waiting(LedgerSite.Queue) == 0
                    ? null
                    : $"{found.Count} are rejected",
                TimeSpan.FromSeconds(30),
                () => ledger.Output);
            await site.Stop();

            var found = (await site.List(RejectedRows)).ToArray();
            string[] kept = [.. await LedgerRows.Read(site.Database), .. await site.List(Warnings)];
            Assert.Equal(rejected.Length == 0 ? found : rejected, found);
            Assert.Equal(rows.Length == 0 ? kept : rows, kept);
            (rejected, rows) = (found, kept);
        }

        Assert.Equal(poisons.Count, rejected.Length);
        Assert.Superset(
            Oracle.Rows(sent).Where(row => row.StartsWith("run ", StringComparison.Ordinal)).ToHashSet(),
            rows.ToHashSet());
    }

    const string RejectedRows = """
        select concat_ws(' ', rejected_id, contract, origin, content_type, md5(payload), reason)
        from rejected_observation order by 1
        """;

    const string Warnings = """
        select concat_ws(' ', process_run_id, evidence_ref -> 'warnings')
        from process_run_observation where evidence_ref -> 'warnings' <> '[]' order by 1
        """;

    /// <summary>Each is one run, in one of the ways to say so.</summary>
    static IEnumerable<(string Exchange, BasicProperties Properties, string Body)> Unusual()
    {
        var at = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var (count, started) = (0, "RunLedger.Contracts:RunStarted");
        Sent Next() => new("RunStarted", new Guid(++count, 7, 7, new byte[8]), at);
        yield return (started, new(), Next().Json().ToJsonString());
        yield return (started, new() { ContentType = "application/json; charset=utf-8" }, Next().Json().ToJsonString());
        yield return (started, new() { ContentType = "application/json" }, $"// one\n{Next().Json()}");
        yield return (started, new() { ContentType = "application/json" }, $"\uFEFF{Next().Json()}");
        yield return (started, new() { ContentType = "application/json" }, Next().Envelope().ToJsonString());
        yield return ("RunLedger.Contracts:RunFailed", new() { ContentType = "application/json", Type = "RunStarted" },
            Next().Json().ToJsonString());
        yield return (started, new()
        {
            ContentType = "application/json",
            Headers = new Dictionary<string, object?>
            {
                ["MT-MessageType"] = "urn:message:RunLedger.Contracts:RunFailed",
            },
        }, Next().Json().ToJsonString());
        var twice = Next().Json().ToJsonString();
        yield return (started, new() { ContentType = "application/json" },
            $$"""{"processCandidateCode":"first",{{twice[1..]}}""");
        var inCapitals = Next().Json().ToJsonString().Replace(
            "\"processRunId\"", "\"ProcessRunId\"", StringComparison.Ordinal);
        yield return (started, new() { ContentType = "application/json" }, inCapitals);
        yield return (started, new() { ContentType = "application/json" },
            Next().Json().ToJsonString().Replace(
                "\"correlationId\"", "\"\\u0063orrelationId\"", StringComparison.Ordinal));
        yield return (started, new() { ContentType = "application/json" },
            $$"""{"attempt":"2",{{Next().Json().ToJsonString()[1..]}}""");
        yield return (started, new() { ContentType = "application/json" },
            $$"""{"inputRef":7,{{Next().Json().ToJsonString()[1..]}}""");
    }
}
