using System.Text;
using RabbitMQ.Client;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Intake.CloudEvents;

/// <summary>CloudEvents in the binding for AMQP, in the queue beside that of observations.</summary>
public sealed class EventQueueTests
{
    const string Queue = $"{LedgerSite.Queue}-events";

    const string OfRun = "\"pipelineRun\":{\"id\":\"run/1\"},";

    [Fact]
    public async Task Events_in_binary_structured_and_batched_mode_are_rows_and_what_is_none_is_set_aside()
    {
        await using var site = await LedgerSite.Create();
        var ledger = await site.Start();
        await Send("pipelinerun.finished", 9, "cloudEvents:type", "\"outcome\":\"failure\",\"errors\":\"no disk\",");
        await Send("taskrun.started", 2, "cloudEvents_type", OfRun);
        await site.Publisher.Send(
            Queue,
            Bytes($$"""
                {"specversion":"1.0","id":"3","source":"/ci","type":"dev.cdevents.pipelinerun.started.0.3.0",
                 "datacontenttype":"application/json","data":{{Data("pipelinerun.started", 1, "")}}}
                """),
            new BasicProperties { ContentType = "application/cloudevents+json; charset=utf-8" });
        await site.Publisher.Send(
            Queue,
            Bytes($"[{Data("taskrun.finished", 3, $"{OfRun}\"outcome\":\"success\",")}, {{}}]"),
            new BasicProperties { ContentType = "application/cloudevents-batch+json" });
        await site.Publisher.Send(Queue, Bytes("nonsense"), new BasicProperties());
        // Sent twice, as a publisher that heard nothing does.
        await Send("taskrun.started", 2, "cloudEvents_type", OfRun);

        await Eventually.Async(
            async () =>
            {
                var rows = await site.List(
                    "select status || ' ' || process_candidate_code || ' ' || error_ref from process_run_observation "
                    + "where started_at is not null union all "
                    + "select status || ' ' || dot_code || ' ' || started_at::text from process_component_observation");
                var reasons = await site.List("select origin from rejected_observation");
                return rows is ["failed CD:/ci:build no disk", "step_completed compile 2026-03-02 09:02:00+00"]
                    && reasons is [Queue, Queue]
                    ? null
                    : $"{string.Join("; ", rows)}\nset aside: {string.Join("; ", reasons)}";
            },
            TimeSpan.FromSeconds(30),
            () => ledger.Output);

        Task Send(string what, int minute, string header, string content) => site.Publisher.Send(
            Queue,
            Bytes(Data(what, minute, content)),
            new BasicProperties
            {
                ContentType = "application/json",
                Headers = new Dictionary<string, object?> { [header] = $"dev.cdevents.{what}.0.3.0" },
            });
    }

    static string Data(string what, int minute, string content)
    {
        var (id, name) = what.StartsWith("task", StringComparison.Ordinal)
            ? ("task/1", "\"taskName\":\"compile\"")
            : ("run/1", "\"pipelineName\":\"build\"");
        return "{\"context\":{\"id\":\"1\",\"source\":\"/ci\"," + $"\"type\":\"dev.cdevents.{what}.0.3.0\","
            + $"\"timestamp\":\"2026-03-02T09:0{minute}:00Z\"" + "},\"subject\":{" + $"\"id\":\"{id}\",\"content\":"
            + "{" + content + name + "}}}";
    }

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
