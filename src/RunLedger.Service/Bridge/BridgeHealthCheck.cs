using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RunLedger.Service.Bridge;

/// <summary>Degraded while a source cannot be read, or is held up.</summary>
sealed class BridgeHealthCheck(BridgeState state) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(string.Join(" ", state.Faults) is { Length: > 0 } faults
            ? HealthCheckResult.Degraded(faults)
            : HealthCheckResult.Healthy());
}
