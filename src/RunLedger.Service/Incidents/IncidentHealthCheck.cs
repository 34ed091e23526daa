using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using RunLedger.Service.Channels;
using RunLedger.Service.Web;
using RunLedger.Storage;

namespace RunLedger.Service.Incidents;

/// <summary>
/// Degraded while there are rules and nobody looks: neither this process nor another. Who cannot ask knows nothing of
/// it.
/// </summary>
sealed class IncidentHealthCheck(
    ILedgerTransactions ledger, IncidentMeter meter, IOptions<IncidentOptions> options, TimeProvider time)
    : IHealthCheck
{
    public const string Name = "ledger-incidents";

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var longest = IncidentMark.Longest(options.Value.LookEvery);
        if (meter.LookAge <= longest)
            return HealthCheckResult.Healthy();
        try
        {
            var now = time.GetUtcNow().UtcDateTime;
            var (looked, armed) = (await ledger.InOne(
                sql => sql.List(
                    """
                    select (select value from sweep_mark where name = @name), (select max(armed_at) from incident_rule)
                    """,
                    row => (Mark: row.TextAt(0), Armed: row.TimeAt(1)), cancellationToken,
                    ("name", IncidentMark.Name)),
                cancellationToken))[0];
            // A rule that is new waits for the next look; without rules nobody has to.
            var since = looked is null
                ? armed
                : Later(JsonSerializer.Deserialize(looked, IncidentJson.Default.IncidentMark)!.LookedAt, armed);
            return armed is null || now - since <= longest
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded(
                    $"Nobody has looked for incidents for {Phrases.Long(now - since!.Value)}: people are told nothing. "
                    + "The log says why.");
        }
        catch (Exception e) when (e is DbException or StoreException)
        {
            return HealthCheckResult.Healthy();
        }
    }

    static DateTime? Later(DateTime one, DateTime? other) => one > other ? one : other;
}
