using Microsoft.EntityFrameworkCore;
using RunLedger.Deadlines;
using RunLedger.Expectations;
using RunLedger.Folding;
using RunLedger.Retention;
using RunLedger.Scheduling;
using RunLedger.Service.Database;
using RunLedger.Service.Expectations;
using RunLedger.Service.Incidents;
using RunLedger.Service.Runs;
using RunLedger.Service.Standby;
using RunLedger.Service.Unlike;
using RunLedger.Storage;
using RunLedger.Unlike;

namespace RunLedger.Service.Overview;

/// <summary>
/// How the ledger is, in figures; asked often, so an answer is kept for two seconds, and the day before the last hour,
/// which is the most of it, for half a minute.
/// </summary>
sealed class OverviewQuery(
    IDbContextFactory<LedgerDb> ledger,
    RunQueries runs,
    LastAction actions,
    TimeProvider time,
    BrokerQueues? broker = null) : IDisposable
{
    /// <summary>Of the runs that began within the hour, and of those that ended within the day, at most.</summary>
    public const int MostCounted = 50_000;
    const int MostRejected = 10_000;
    const int Minutes = 60;
    const int Hours = 24;
    static readonly TimeSpan Alive = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Shown = TimeSpan.FromMinutes(10);

    public static readonly string FailuresSql =
        $"""
        select cast(coalesce(sum(case when ended_at >= @hour then 1 else 0 end), 0) as bigint),
          cast(coalesce(sum(case when ended_at < @hour then 1 else 0 end), 0) as bigint)
        from (
          select ended_at from process_run_observation where status = '{RunStatus.Failed.Text()}'
            and ended_at >= @before
          order by ended_at desc limit @most) f
        """;

    readonly Kept<Overview> _last = new(TimeSpan.FromSeconds(2), actions, time);
    readonly Kept<SettledRuns> _day = new(TimeSpan.FromSeconds(30), actions, time);

    public Task<Overview> Find(CancellationToken cancellationToken) => _last.Find(Ask, cancellationToken);

    public void Dispose()
    {
        _last.Dispose();
        _day.Dispose();
    }

    /// <summary>Runs that began, by the minute, in minutes since 1970.</summary>
    public static string BegunSql(string minute) =>
        $"""
         select minute, count(*) from (
           select {minute} as minute from process_run_observation
           where created_at >= @from order by created_at desc limit @most) m
         group by minute
         """;

    /// <summary>Runs that ended or were flagged, by the minute and by what became of them.</summary>
    public static string SettledSql(string minute) =>
        $"""
         select minute, status, count(*) from (
           select {minute} as minute, status from process_run_observation
           where settled_at >= @from and settled_at is not null order by settled_at desc limit @most) m
         group by minute, status
         """;

    async Task<Overview> Ask(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var asking = broker?.Ask(cancellationToken);
        var counts = await runs.Counts(cancellationToken);
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var (lastHour, hourBefore) = (await sql.List(
            FailuresSql, reader => (reader.GetInt64(0), reader.GetInt64(1)), cancellationToken,
            ("hour", now.AddHours(-1)), ("before", now.AddHours(-2)), ("most", MostCounted)))[0];
        var open = (await sql.List(
            "select count(*) from (select 1 from rejected_observation where state = 'open' limit @most) o",
            reader => reader.GetInt64(0), cancellationToken, ("most", MostRejected)))[0];
        var missing = (await sql.List(
            ExpectationQueries.MissingSql, reader => reader.GetInt64(0), cancellationToken))[0];
        var minute = LedgerTime.Of(now) / 60_000_000;
        var begun = await Begun(sql, At(minute - Minutes + 1), cancellationToken);
        var day = await _day.Find(
            token => SettledRuns.Read(sql, At((minute / 60 - Hours + 1) * 60), token), cancellationToken);
        var settled = day.With(
            await SettledRuns.Read(sql, At(minute - Minutes + 1), cancellationToken), minute - Minutes + 1);
        // Of a standby that is behind: who was alive when what can be read there was written.
        var replicas = await Replicas(sql, now - (ReadSource.Current?.Behind ?? TimeSpan.Zero), cancellationToken);
        var slowest = replicas.Where(replica => replica.Figures.Alive).MaxBy(replica => replica.Lag.P95);
        var newest = replicas.MaxBy(replica => replica.CommittedAt);
        var (queues, fault) = asking is null ? ([], null) : await asking;
        return new()
        {
            At = now,
            ByStatus = Enum.GetValues<RunStatus>()
                .ToDictionary(status => status.Text(), status => counts.GetValueOrDefault(status)),
            Running = counts.GetValueOrDefault(RunStatus.Started) + counts.GetValueOrDefault(RunStatus.StepStarted)
                + counts.GetValueOrDefault(RunStatus.StepCompleted),
            Stuck = counts.GetValueOrDefault(RunStatus.Stuck),
            FailedLastHour = lastHour,
            FailedHourBefore = hourBefore,
            RejectedOpen = open,
            Missing = missing,
            Slow = await UnlikeQueries.CountSlow(sql, cancellationToken),
            Incidents = await IncidentQueries.CountLasting(sql, cancellationToken),
            NewestIncident = await IncidentQueries.NewestLasting(sql, cancellationToken),
            Minutes =
            [
                .. Enumerable.Range(0, Minutes).Select(n => minute - Minutes + 1 + n).Select(n =>
                {
                    var outcomes = settled.Of(n, n + 1);
                    return new MinuteFigures(At(n), begun.GetValueOrDefault(n), outcomes.Ended, outcomes);
                }),
            ],
            MinutesTruncated = begun.Values.Sum() >= MostCounted || settled.Since > At(minute - Minutes + 1),
            Hours =
            [
                .. Enumerable.Range(0, Hours).Select(n => minute / 60 - Hours + 1 + n)
                    .Select(n => new HourFigures(At(n * 60), settled.Of(n * 60, (n + 1) * 60))),
            ],
            CountedSince = settled.Since,
            Recurring = await Recurring(sql, cancellationToken),
            Freshness = new()
            {
                LagSeconds = newest?.Lag.Newest,
                P50LagSeconds = slowest?.Lag.P50,
                P95LagSeconds = slowest?.Lag.P95,
                CommittedAt = newest?.CommittedAt,
                Waiting = queues.Count > 0 ? queues[0].Ready + (queues[0].Unacknowledged ?? 0) : null,
            },
            Replicas = replicas.ConvertAll(replica => replica.Figures),
            Queues = queues,
            QueueFault = fault,
        };
    }

    static DateTime At(long minute) => LedgerTime.Time(minute * 60_000_000);

    static async Task<Dictionary<long, long>> Begun(
        LedgerSql sql, DateTime from, CancellationToken cancellationToken) =>
        (await sql.List(
            BegunSql(sql.EpochMinutes("created_at")),
            reader => (reader.GetInt64(0), reader.GetInt64(1)),
            cancellationToken,
            ("from", from),
            ("most", MostCounted))).ToDictionary();

    static Task<List<Replica>> Replicas(LedgerSql sql, DateTime now, CancellationToken cancellationToken) => sql.List(
        """
        select name, version, started_at, seen_at, commits, committed_at, lag_ms, lag_p50_ms, lag_p95_ms
        from ledger_replica where seen_at >= @shown order by started_at, name
        """,
        reader => new Replica(
            new ReplicaFigures
            {
                Name = reader.GetString(0),
                Version = reader.GetString(1),
                StartedAt = reader.TimeAt(2)!.Value,
                SeenAt = reader.TimeAt(3)!.Value,
                Alive = reader.TimeAt(3) >= now - Alive,
                Commits = reader.GetInt64(4),
            },
            reader.TimeAt(5),
            (reader.NumberAt(6) / 1000.0, reader.NumberAt(7) / 1000.0, reader.NumberAt(8) / 1000.0)),
        cancellationToken,
        ("shown", now - Shown));

    static async Task<IReadOnlyList<RecurringFigures>> Recurring(LedgerSql sql, CancellationToken cancellationToken)
    {
        var names = ((string[])[nameof(SweepDeadlines), nameof(JudgeExpectations), nameof(LookForUnlike),
            nameof(ApplyRetention)])
            .ToDictionary(RecurringMessage.TokenOf);
        return await sql.List(
            "select token, due_at, sent_at, repeat_every from scheduled_message "
            + $"where {sql.IsOneOf("token", "@tokens")} order by repeat_every",
            reader =>
            {
                var due = reader.TimeAt(1)!.Value;
                var every = reader.GetInterval(3);
                return new RecurringFigures
                {
                    Name = names[reader.GetGuid(0)],
                    // Registered one period before it is due for the first time.
                    LastAt = due - every > reader.TimeAt(2) ? due - every : null,
                    NextAt = due,
                    EverySeconds = every.TotalSeconds,
                };
            },
            cancellationToken,
            ("tokens", names.Keys.ToArray()));
    }

    sealed record Replica(
        ReplicaFigures Figures, DateTime? CommittedAt, (double? Newest, double? P50, double? P95) Lag);
}
