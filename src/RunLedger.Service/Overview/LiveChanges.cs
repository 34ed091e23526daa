using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using RunLedger.Service.Database;
using RunLedger.Service.Standby;
using RunLedger.Telemetry;

namespace RunLedger.Service.Overview;

/// <summary>
/// Tells that something was committed, by this process or another one, at most once a second: this process knows what
/// it commits, the counters in the database know of the others. Nobody asks them while nobody listens. Where readers
/// read from a standby, what counts is what can be read there.
/// </summary>
sealed class LiveChanges(
    LedgerMeter meter, IDbContextFactory<LedgerDb> ledger, TimeProvider time, StandbyState? standby = null)
    : BackgroundService
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Below the idle limit of proxies, which is seldom less than 30 seconds.</summary>
    static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    /// <summary>When a standby falls behind, each time that it is by so much more.</summary>
    static readonly TimeSpan Told = TimeSpan.FromSeconds(10);

    readonly Lock _changing = new();
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long _number = 1;
    int _listeners;

    /// <summary>From now on somebody listens, until they leave.</summary>
    public void Enter() => Interlocked.Increment(ref _listeners);

    public void Leave() => Interlocked.Decrement(ref _listeners);

    /// <summary>
    /// The number of the newest change, for who has entered: at once, then when it has grown, and unchanged every 15
    /// seconds. Ends with the token.
    /// </summary>
    public async IAsyncEnumerable<(long Number, bool Changed)> Listen(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var told = 0L; !cancellationToken.IsCancellationRequested;)
        {
            var (number, changed) = Present();
            if (number > told)
            {
                yield return (told = number, true);
                continue;
            }

            await changed.WaitAsync(Quiet, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!changed.IsCompleted && !cancellationToken.IsCancellationRequested)
                yield return (told, false);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(Look, time);
        var seen = "";
        try
        {
            while (await tick.WaitForNextTickAsync(stoppingToken))
            {
                if (Volatile.Read(ref _listeners) == 0)
                    continue;
                var now = await Counters(stoppingToken);
                if (now == seen)
                    continue;
                seen = now;
                Raise();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Listeners end with the host.
        }
    }

    (long Number, Task Changed) Present()
    {
        lock (_changing)
            return (_number, _changed.Task);
    }

    void Raise()
    {
        lock (_changing)
        {
            _number++;
            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>
    /// A text that is another one after a commit: of any replica, or of who writes these tables without being one.
    /// </summary>
    async Task<string> Counters(CancellationToken cancellationToken)
    {
        var source = ReadSource.Begin(standby?.Behind);
        var own = source.Behind is { } behind
            // A reader who is told nothing is told so now and then.
            ? $"{ReadSource.Standby} {Math.Floor(behind / Told):0}"
            : meter.Commits.ToString(CultureInfo.InvariantCulture);
        try
        {
            await using var db = await ledger.CreateDbContextAsync(cancellationToken);
            var sql = await db.Sql(cancellationToken);
            var rows = await sql.List(
                """
                select name, commits from ledger_replica
                union all select status, cast(sum(runs) as bigint) from run_status_count group by status
                order by 1
                """,
                reader => $"{reader.GetString(0)}={reader.GetInt64(1)}",
                cancellationToken);
            return $"{own};{string.Join(';', rows)}";
        }
        catch (DbException)
        {
            return own;
        }
    }
}
