using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Telemetry;

/// <summary>Metrics and traces as OpenTelemetry's standard variables send them.</summary>
public sealed class OtlpTests
{
    const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    static readonly string Publisher = Encoding.Latin1.GetString(Convert.FromHexString(TraceId));
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_collector_gets_metrics_and_the_commit_with_a_link_to_the_publisher()
    {
        var received = new ConcurrentQueue<(string Path, byte[] Body)>();
        var url = $"http://127.0.0.1:{LedgerProcess.FreePort()}";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var collector = builder.Build();
        collector.Urls.Add(url);
        collector.MapPost("/v1/{signal}", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.Enqueue((request.Path, body.ToArray()));
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);
        await using var site = await LedgerSite.Create();
        await site.Start(new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = url,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment=proving-ground",
        });
        var sent = new Sent("RunStarted", Guid.CreateVersion7(), new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero));

        await site.Publisher.Send(sent.Exchange, Encoding.UTF8.GetBytes(sent.Json().ToJsonString()), new BasicProperties
        {
            ContentType = "application/json",
            Headers = new Dictionary<string, object?>
            {
                ["traceparent"] = $"00-{TraceId}-b7ad6b7169203331-01",
            },
        });

        await Eventually.Async(
            () => Task.FromResult(
                !Has("/v1/metrics", "runledger.commit.batch.size", "run-ledger", "proving-ground") ? "no metrics came"
                : !Has("/v1/traces", "commit", Publisher) ? "no commit came"
                : null),
            Limit,
            () => site.Output);

        // Protobuf has texts and ids as they are.
        bool Has(string path, params string[] parts) => received.Any(one => one.Path == path
            && Array.TrueForAll(
                parts, part => Encoding.Latin1.GetString(one.Body).Contains(part, StringComparison.Ordinal)));
    }
}
