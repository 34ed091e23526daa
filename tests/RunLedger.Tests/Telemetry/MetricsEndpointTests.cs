using System.Diagnostics;
using System.Text;
using RunLedger.Tests.Http;

namespace RunLedger.Tests.Telemetry;

/// <summary>What the service answers Prometheus.</summary>
public sealed class MetricsEndpointTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_service_shows_its_runs_by_status_and_what_it_did()
    {
        await using var ledger = await EmbeddedLedger.Start();
        using var body = new StringContent(
            $$"""
            { "type": "RunStarted", "processRunId": "{{Guid.CreateVersion7()}}", "processCandidateCode": "PROC-CAND:dot:kg",
              "correlationId": "order-4711", "sourceSystem": "dot_runtime", "occurredAt": "2026-11-01T12:00:00Z" }
            """,
            Encoding.UTF8, "application/json");
        Assert.Equal((202, """{"accepted":1,"ignored":[],"rejected":[]}"""), await ledger.Post("/api/observations", body));

        // It counts the runs every five seconds.
        var clock = Stopwatch.StartNew();
        string metrics;
        do
        {
            metrics = await ledger.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.True(clock.Elapsed < Limit, metrics);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        while (!metrics.Contains("""runledger_status="started"} 1""", StringComparison.Ordinal));

        Assert.Contains("""runledger_contract="RunStarted",runledger_outcome="recorded"} 1""", metrics, StringComparison.Ordinal);
        Assert.Contains("runledger_commit_batch_size_count", metrics, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_count", metrics, StringComparison.Ordinal);
        Assert.Contains("dotnet_process_memory_working_set_bytes", metrics, StringComparison.Ordinal);
        Assert.Contains("service_name=\"run-ledger\"", metrics, StringComparison.Ordinal);
    }
}
