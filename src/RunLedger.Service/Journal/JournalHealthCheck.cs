using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RunLedger.Service.Journal;

/// <summary>Degraded while the stream is not as it should be: observations are taken all the same.</summary>
sealed class JournalHealthCheck(JournalState state) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(state.Fault is { } fault ? HealthCheckResult.Degraded(fault) : HealthCheckResult.Healthy());
}
