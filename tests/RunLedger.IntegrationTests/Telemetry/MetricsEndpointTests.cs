using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Brokers;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Telemetry;

/// <summary>
/// What the service answers Prometheus; a process of its own, because hosts in one share their meters' names.
/// </summary>
public sealed class MetricsEndpointTests
{
    [Fact]
    public async Task The_service_shows_its_runs_by_status_and_what_it_did()
    {
        var file = Path.Combine(Path.GetTempPath(), $"run-ledger-{Guid.CreateVersion7()}.db");
        await using var ledger = await LedgerProcess.StartEmbedded(file);
        var sent = new Sent("RunStarted", Guid.CreateVersion7(), new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero)).Json();
        sent["type"] = "RunStarted";
        await ledger.Post("/api/observations", sent.ToJsonString());
        await ledger.Post("/api/observations", sent.ToJsonString());
        string[] expected =
        [
            """runledger_runs{otel_scope_name="RunLedger",runledger_status="started"} 1""",
            """runledger_contract="RunStarted",runledger_outcome="recorded"} 1""",
            """runledger_contract="RunStarted",runledger_outcome="duplicate"} 1""",
            "runledger_commit_batch_size_count{otel_scope_name=\"RunLedger\"} 2",
            "runledger_observation_lag_seconds_count{otel_scope_name=\"RunLedger\"} 2",
            "messaging_masstransit_receive_ea_total", "http_server_request_duration_seconds_count",
            "dotnet_process_cpu_time_seconds_total", "service_name=\"run-ledger\"",
        ];

        // It counts the runs every five seconds.
        await Eventually.Async(
            async () =>
            {
                var (_, metrics) = await ledger.Get("/metrics");
                return Array.Find(expected, line => !metrics.Contains(line, StringComparison.Ordinal)) is { } missing
                    ? $"no {missing} in\n{metrics}"
                    : null;
            },
            TimeSpan.FromSeconds(30),
            () => ledger.Output);
        await ledger.Stop();
        File.Delete(file);
    }
}
