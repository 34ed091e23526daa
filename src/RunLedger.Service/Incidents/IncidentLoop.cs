using System.Data.Common;
using Microsoft.Extensions.Options;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Service.Incidents;

/// <summary>
/// Looks again and again; not by a message of the ledger's own, because the broker may be what people are to hear of.
/// </summary>
sealed partial class IncidentLoop(
    IncidentWatch watch, IOptions<IncidentOptions> options, TimeProvider time, ILogger<IncidentLoop> log)
    : BackgroundService
{
    /// <summary>Slices of a backlog, a pause apart.</summary>
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    readonly Outage _outage = new(time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
                await Task.Delay(await Look(stoppingToken) ? Pause : options.Value.LookEvery, time, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // A look that was under way has done nothing.
        }
    }

    async Task<bool> Look(CancellationToken cancellationToken)
    {
        try
        {
            var more = await watch.Once(cancellationToken);
            if (_outage.End() is { } lasted)
                LooksAgain(log, lasted);
            return more;
        }
        catch (Exception e) when (e is DbException or StoreException or TimeoutException)
        {
            if (_outage.Say())
                CannotLook(log, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Unforeseen; the next look begins where this one did.
            LookFailed(log, e);
        }

        return false;
    }

    [LoggerMessage(143, LogLevel.Warning, "Nobody looks for incidents, because the database is away: {Fault}")]
    static partial void CannotLook(ILogger log, ForeignText fault);

    [LoggerMessage(144, LogLevel.Information, "Incidents are looked for again, after {Lasted}.")]
    static partial void LooksAgain(ILogger log, TimeSpan lasted);

    [LoggerMessage(145, LogLevel.Error, "A look for incidents failed. The next one begins where it did.")]
    static partial void LookFailed(ILogger log, Exception exception);
}
