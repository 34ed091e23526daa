using RunLedger.Service.Runs;
using RunLedger.Service.Unlike;
using RunLedger.Telemetry;

namespace RunLedger.Service.Host;

/// <summary>
/// Keeps the numbers of runs by status, and of slow ones, for whoever reads the metrics, from the same few rows as the
/// summary and the overview.
/// </summary>
sealed class RunCounts(
    RunQueries runs, UnlikeQueries unlike, LedgerMeter meter, TimeProvider time, ILogger<RunCounts> logger)
    : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (meter.RunsWanted)
                await Count(stoppingToken);
            await Task.Delay(Every, time, stoppingToken);
        }
    }

    async Task Count(CancellationToken stoppingToken)
    {
        try
        {
            meter.Runs(await runs.Counts(stoppingToken), await unlike.CountSlow(stoppingToken));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Nothing rather than what may no longer be so. The committer says what is wrong with the database.
            meter.Runs(null, null);
            ServeLog.RunsNotCounted(logger, e.Message);
        }
    }
}
