using Microsoft.EntityFrameworkCore;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Service.Web;
using RunLedger.Storage;
using RunLedger.Storage.Rows;
using RunLedger.Unlike;

namespace RunLedger.Service.Unlike;

/// <summary>What is unlike those before it, and when what is open should end.</summary>
sealed class UnlikeQueries(IDbContextFactory<LedgerDb> ledger, RunLedgerOptions options, TimeProvider time)
{
    /// <summary>Of a kind, the newest.</summary>
    public const int Most = 5_000;

    /// <summary>The runs of a kind.</summary>
    public const string KindSql =
        """
        select process_run_id from unlike_run where kind = @kind
        order by marked_at desc, process_run_id limit @most
        """;

    public static string ShownSql(LedgerSql sql) =>
        $"""
         select {UnlikeMark.Columns}, c.started_at, c.ended_at, c.status
         from unlike_run m left join process_component_observation c
           on m.component is not null and c.component_run_id = m.component_run_id
         where {sql.IsOneOf("m.process_run_id", "@runs")}
         order by case when m.component is null then 0 else 1 end, m.component, m.component_run_id
         """;

    /// <summary>What is unlike others about each of some runs.</summary>
    public async Task<Func<RunRow, IReadOnlyList<UnlikeAnswer>>> Of(
        IReadOnlyCollection<RunRow> runs, CancellationToken cancellationToken)
    {
        if (runs.Count == 0)
            return _ => [];
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var marks = (await sql.List(
            ShownSql(sql),
            row => (
                Mark: UnlikeMark.Read(row), Started: row.TimeAt(10), Ended: row.TimeAt(11), Status: row.TextAt(12)),
            cancellationToken, ("runs", runs.Select(run => run.ProcessRunId).ToArray())))
            .ToLookup(shown => shown.Mark.RunId);
        var now = Now;
        return run =>
        [
            .. marks[run.ProcessRunId].Select(shown => shown.Mark.Component is null
                ? Shown(shown.Mark, run.StartedAt, run.EndedAt, !run.Status.EndsRun(), run.Status, now)
                : shown.Status is { } status
                    ? Shown(
                        shown.Mark, shown.Started, shown.Ended, shown.Ended is null && !run.Status.EndsRun(),
                        RunStatusText.Parse(status), now)
                    : null).OfType<UnlikeAnswer>(),
        ];
    }

    /// <summary>When an open run should end; null where it is not open, or has not started.</summary>
    public async Task<OutlookAnswer?> Outlook(RunRow run, CancellationToken cancellationToken)
    {
        if (run.Status.EndsRun() || run is not { StartedAt: { } started, EndedAt: null })
            return null;
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var versions = await UnlikeSql.Versions(sql, [run.ProcessRunId], cancellationToken);
        var key = new DurationKey(run.ProcessCandidateCode, null, versions.GetValueOrDefault(run.ProcessRunId));
        var usual = (await DurationSketches.Load(sql, [key], options.Unlike.NeededRuns, cancellationToken)).Of(key);
        return OutlookAnswer.Create(
            EndOutlook.Create(usual, (Now - started).TotalSeconds), started, options.Unlike);
    }

    /// <summary>What is usual of a candidate's runs of all versions.</summary>
    public async Task<UsualAnswer> Usual(LedgerSql sql, string candidate, CancellationToken cancellationToken)
    {
        var key = new DurationKey(candidate, null, null);
        var usual = (await DurationSketches.Load(sql, [key], options.Unlike.NeededRuns, cancellationToken)).Of(key);
        var slow = await SlowRuns.Read(sql, Most, Now, cancellationToken);
        return UsualAnswer.From(
            usual,
            slow.Where(run => run.Mark.Candidate == candidate).DistinctBy(run => run.Mark.RunId).LongCount(),
            options.Unlike);
    }

    /// <summary>How many runs are slow now, at most so many.</summary>
    public async Task<long> CountSlow(CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        return await CountSlow(await db.Sql(cancellationToken), cancellationToken);
    }

    public static async Task<long> CountSlow(LedgerSql sql, CancellationToken cancellationToken) => (await sql.List(
        UnlikeSql.CountSlow, row => row.GetInt64(0), cancellationToken, ("most", Most)))[0];

    /// <summary>The runs of a kind, the newest first.</summary>
    public static async Task<List<Guid>> Marked(
        LedgerDb db, UnlikeKind kind, CancellationToken cancellationToken) => (await (await db.Sql(cancellationToken))
        .List(
            KindSql, row => row.GetGuid(0), cancellationToken, ("kind", kind.Text()), ("most", Most)))
        .Distinct().ToList();

    // What has ended meanwhile is not slow, and what was mended may not be suspicious any more.
    static UnlikeAnswer? Shown(
        UnlikeMark mark, DateTime? started, DateTime? ended, bool isOpen, RunStatus status, DateTime now) =>
        mark.Kind == UnlikeKind.Slow
            ? isOpen && started is { } since
                ? UnlikeAnswer.From(mark, Math.Max(0, (now - since).TotalSeconds))
                : null
            : status is RunStatus.Completed or RunStatus.StepCompleted
                && (ended - started)?.TotalSeconds is { } took && took < mark.LimitSeconds
                ? UnlikeAnswer.From(mark, took)
                : null;

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));
}
