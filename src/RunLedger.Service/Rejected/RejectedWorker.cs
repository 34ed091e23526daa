using System.Data.Common;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Service.Rejected;

/// <summary>Goes on with what operators began, in whichever replica, a slice at a time.</summary>
sealed partial class RejectedWorker(
    RejectedActions actions, RejectedSignal signal, TimeProvider time, ILogger<RejectedWorker> log) : BackgroundService
{
    static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    readonly Outage _outage = new(time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                if (!await Worked(stoppingToken))
                    await signal.Sleep(Poll, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is taken and not ended is taken up by the next process.
        }
    }

    async Task<bool> Worked(CancellationToken cancellationToken)
    {
        try
        {
            var worked = await actions.Work(cancellationToken);
            _outage.End();
            return worked;
        }
        catch (Exception e) when (e is DbException or StoreException)
        {
            if (_outage.Say())
                CannotWork(log, e.Message);
            return false;
        }
    }

    [LoggerMessage(
        120, LogLevel.Warning, "Rejected observations wait to be sent again: {Fault}")]
    static partial void CannotWork(ILogger log, ForeignText fault);
}
