using Microsoft.Extensions.Diagnostics.HealthChecks;
using RunLedger.Retention;

namespace RunLedger.Service.Host;

/// <summary>Degraded while the archive's files cannot be written, so that nothing leaves the tables.</summary>
sealed class ArchiveHealthCheck(ArchiveState state) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(state.Fault is { } fault ? HealthCheckResult.Degraded(fault) : HealthCheckResult.Healthy());
}
