using System.Data.Common;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using RunLedger.Service.Web;
using RunLedger.Storage;

namespace RunLedger.Service.Channels;

/// <summary>Degraded while nothing gets through a channel. Who cannot ask knows nothing of channels.</summary>
sealed class ChannelHealthCheck(ILedgerTransactions ledger, IOptions<ChannelOptions> options, TimeProvider time)
    : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var failing = await ledger.InOne(
                sql => sql.List(
                    "select name, fault from incident_channel where failing_since <= @since order by name",
                    row => (Name: row.GetString(0), Fault: row.TextAt(1)), cancellationToken,
                    ("since", time.GetUtcNow().UtcDateTime - options.Value.FailingAfter)),
                cancellationToken);
            return failing.Count == 0
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded(string.Join(
                    ' ', failing.Select(one => $"Nothing gets through the channel {one.Name}: "
                        + $"{MessageText.Sentence(one.Fault)} What is to be told there waits for "
                        + $"{Phrases.Long(options.Value.GiveUpAfter)}.")));
        }
        catch (Exception e) when (e is DbException or StoreException)
        {
            return HealthCheckResult.Healthy();
        }
    }
}
