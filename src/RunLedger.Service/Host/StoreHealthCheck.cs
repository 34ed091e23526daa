using Microsoft.Extensions.Diagnostics.HealthChecks;
using RunLedger.Batching;

namespace RunLedger.Service.Host;

/// <summary>Ready when the ledger's tables can be read.</summary>
sealed class StoreHealthCheck(ILedgerStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.Find(Guid.Empty, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new HealthCheckResult(
                context.Registration.FailureStatus, $"The ledger's tables cannot be read: {e.Message}");
        }
    }
}
