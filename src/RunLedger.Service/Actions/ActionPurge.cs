using System.Data.Common;
using Microsoft.Extensions.Options;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Service.Actions;

/// <summary>
/// Takes old actions out of the log, an hour apart and some at a time. Every replica does: what one took, the other
/// does not find.
/// </summary>
sealed partial class ActionPurge(
    ILedgerTransactions ledger, ActionLog actions, IOptions<ActionOptions> options, TimeProvider time,
    ILogger<ActionPurge> log) : BackgroundService
{
    const int Batch = 1_000;

    static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(Every, time);
        while (await tick.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Once(stoppingToken);
            }
            catch (Exception e) when (e is DbException or StoreException)
            {
                CannotPurge(e.Message);
            }
        }
    }

    /// <returns>How many were taken.</returns>
    public async Task<int> Once(CancellationToken cancellationToken)
    {
        var (until, all) = (actions.Now - options.Value.KeepFor, 0);
        for (var some = Batch; some == Batch; all += some)
        {
            // By the index of the newest, from its other end. What is gone on with says so by having no outcome.
            some = await ledger.InOne(
                sql => sql.Run(
                    """
                    delete from operator_action where id in (
                      select id from operator_action where at < @until and outcome is not null
                      order by at, id limit @most)
                    """,
                    cancellationToken, ("until", until), ("most", Batch)),
                cancellationToken);
        }

        return all;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old actions stay in the log for another hour: {Cause}")]
    partial void CannotPurge(ForeignText cause);
}
