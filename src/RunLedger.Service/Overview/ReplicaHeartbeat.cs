using System.Data.Common;
using System.Reflection;
using RunLedger.Service.Database;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Service.Overview;

/// <summary>
/// Keeps this process's row of <c>ledger_replica</c>: every ten seconds that it lives, and every second in which it
/// committed something, so that other replicas notice.
/// </summary>
sealed partial class ReplicaHeartbeat(
    ILedgerTransactions ledger, LedgerMeter meter, TimeProvider time, ILogger<ReplicaHeartbeat> log) : BackgroundService
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Forgotten = TimeSpan.FromDays(1);
    static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    public static string Name { get; } = $"{Environment.MachineName}/{Environment.ProcessId}";

    static readonly string Version =
        typeof(ReplicaHeartbeat).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = time.GetUtcNow().UtcDateTime;
        var (written, committed, away) = (DateTime.MinValue, -1L, false);
        using var tick = new PeriodicTimer(Look, time);
        try
        {
            do
            {
                var now = time.GetUtcNow().UtcDateTime;
                var commits = meter.Commits;
                if (commits == committed && now - written < Beat)
                    continue;
                try
                {
                    await BeatAsync(started, now, commits, stoppingToken);
                    (written, committed, away) = (now, commits, false);
                }
                catch (Exception e) when (e is DbException or StoreException)
                {
                    if (!away)
                        CannotBeat(log, e.Message);
                    // Not every second while the database is away.
                    (written, committed, away) = (now, commits, true);
                }
            }
            while (await tick.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Leave();
        }
    }

    // Who stops in order is not missed; the row of a process that died says when it was seen last.
    async Task Leave()
    {
        using var limit = new CancellationTokenSource(Farewell, time);
        try
        {
            await ledger.InOne(
                async sql =>
                {
                    await sql.Run("delete from ledger_replica where name = @name", limit.Token, ("name", Name));
                    return true;
                },
                limit.Token);
        }
        catch (Exception e) when (e is DbException or StoreException or OperationCanceledException)
        {
            // The database is away, and so the row stays.
        }
    }

    Task<bool> BeatAsync(DateTime started, DateTime now, long commits, CancellationToken cancellationToken) =>
        ledger.InOne(
            async sql =>
            {
                var (last, lags) = (meter.Last, meter.Lags.Of(now));
                await sql.Run(
                    """
                    insert into ledger_replica
                      (name, version, started_at, seen_at, commits, committed_at, lag_ms, lag_p50_ms, lag_p95_ms)
                    values (@name, @version, @started, @now, @commits, @at, @lag, @p50, @p95)
                    on conflict (name) do update set version = excluded.version, started_at = excluded.started_at,
                      seen_at = excluded.seen_at, commits = excluded.commits, committed_at = excluded.committed_at,
                      lag_ms = excluded.lag_ms, lag_p50_ms = excluded.lag_p50_ms, lag_p95_ms = excluded.lag_p95_ms
                    """,
                    cancellationToken,
                    ("name", Name), ("version", Version), ("started", started), ("now", now), ("commits", commits),
                    ("at", last?.At), ("lag", (long?)last?.Lag?.TotalMilliseconds),
                    ("p50", Millis(lags?.P50)), ("p95", Millis(lags?.P95)));
                await sql.Run(
                    "delete from ledger_replica where seen_at < @forgotten",
                    cancellationToken,
                    ("forgotten", now - Forgotten));
                return true;
            },
            cancellationToken);

    // Rounded up: what took some time did not take none.
    static long? Millis(TimeSpan? lag) => lag is { } span ? (long)Math.Ceiling(span.TotalMilliseconds) : null;

    [LoggerMessage(121, LogLevel.Warning, "This replica cannot say that it is alive: {Fault}")]
    static partial void CannotBeat(ILogger log, ForeignText fault);
}
