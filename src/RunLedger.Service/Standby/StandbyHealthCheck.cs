using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace RunLedger.Service.Standby;

/// <summary>Degraded while the standby cannot be read, or is too far behind; the service stays ready.</summary>
sealed class StandbyHealthCheck(StandbyState state, IOptions<StandbyOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        state.Behind is not { } behind
            ? HealthCheckResult.Degraded($"The standby cannot be read, and the primary answers: {state.Fault}.")
        : behind > options.Value.MaxBehind
            ? HealthCheckResult.Degraded(
                $"The standby is {behind} behind, which is more than Standby__MaxBehind ({options.Value.MaxBehind}).")
        : HealthCheckResult.Healthy());
}
