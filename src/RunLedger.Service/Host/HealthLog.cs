using Microsoft.Extensions.Diagnostics.HealthChecks;
using RunLedger.Telemetry;

namespace RunLedger.Service.Host;

/// <summary>
/// Says when the service is no longer ready and why, once a minute while that lasts, and when it is over.
/// </summary>
sealed class HealthLog(TimeProvider time, ILogger<HealthLog> log) : IHealthCheckPublisher
{
    /// <summary>How often it looks; the bus has so long to start.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    readonly Outage _outage = new(time);

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        if (report.Status == HealthStatus.Healthy)
        {
            if (_outage.End() is { } lasted)
                ServeLog.ReadyAgain(log, lasted);
        }
        else if (_outage.Say())
        {
            ServeLog.NotReady(log, report.Status, string.Join("; ", report.Entries
                .Where(entry => entry.Value.Status != HealthStatus.Healthy)
                .Select(entry => $"{entry.Key}: {entry.Value.Description?.ReplaceLineEndings(" ")}")));
        }

        return Task.CompletedTask;
    }
}
