using Microsoft.EntityFrameworkCore;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Service.Charts;
using RunLedger.Service.Database;
using RunLedger.Service.Policies;
using RunLedger.Service.Unlike;
using RunLedger.Service.Web;
using RunLedger.Storage;

namespace RunLedger.Service.Candidates;

/// <summary>One candidate with all that its runs say of it.</summary>
sealed class CandidateDetailQuery(
    IDbContextFactory<LedgerDb> ledger,
    KeptTroubles troubles,
    DeadlineEvaluator limits,
    UnlikeQueries unlike,
    TimeProvider time)
{
    /// <summary>That are counted, in all days.</summary>
    public const int MostRuns = 3_000;

    /// <summary>For how many there are.</summary>
    const int MostCounted = 5_000;

    /// <summary>Whose durations, components and versions are looked at.</summary>
    public const int MostLooked = 500;
    const int Listed = 10;
    const int MostError = 512;

    static readonly string Columns =
        $"process_run_id, status, started_at, ended_at, created_at, substr(error_ref, 1, {MostError})";

    public static string NewestSql(CandidateTables table) =>
        $"""
         select {Columns} from {table.Runs} where process_candidate_code = @code
         order by created_at desc, process_run_id desc limit @most
         """;

    /// <summary>Null where the ledger has no run of such a candidate.</summary>
    public async Task<CandidateDetail?> Find(
        string code, int days, bool archived, CancellationToken cancellationToken)
    {
        // PostgreSQL has no such text, so nothing can match it.
        if (code.Length == 0 || code.Contains('\0'))
            return null;
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var tables = CandidateTables.Of(archived);
        if (await CandidateQueries.Newest(sql, tables, [code], cancellationToken) is not [var newest])
            return null;
        var now = time.GetUtcNow().UtcDateTime;
        var window = CandidateWindow.Until(now, days, MostRuns);
        var count = (await CandidateQueries.Counts(sql, tables, [code], MostCounted, cancellationToken))[0];
        var runs = (await window.Read(sql, tables, [(code, count)], cancellationToken))[code]
            .OrderByDescending(run => run.CreatedAt).ThenByDescending(run => run.Id).ToList();
        var looked = runs.Take(MostLooked).ToList();
        var failed = runs.Where(run => run.Status == RunStatus.Failed).Take(Listed).Select(run => run.Id).ToArray();
        var (components, truncated) = await CandidateComponents.Read(
            sql, tables, [.. looked.Select(run => run.Id)], cancellationToken);
        return new()
        {
            Candidate = code,
            DefinitionCode = newest.DefinitionCode,
            Runs = Math.Min(count, MostCounted),
            RunsTruncated = count > MostCounted,
            NewestRun = newest,
            Trouble = (await troubles.Read(sql, now, cancellationToken)).Of(code),
            Figures = CandidateCount.Of(window, count, runs),
            Durations =
            [
                .. Spread(runs.FindAll(run => run.Status.EndsRun() && run.Seconds is not null))
                    .Select(run => new DurationPoint(run.StartedAt!.Value, run.Seconds!.Value, run.Status.Text())),
            ],
            Components = components,
            ComponentRuns = looked.Count,
            ComponentsTruncated = truncated,
            Versions = await CandidateVersions.Read(sql, tables, looked, cancellationToken),
            Usual = await unlike.Usual(sql, code, cancellationToken),
            Policy = PolicyAnswer.From(limits.PolicyOf(code)),
            Expected = await CandidateExpectations.Read(sql, code, now, cancellationToken),
            RecentFailures = await Failures(sql, tables, failed, cancellationToken),
            RecentRuns = await Newest(
                sql, tables, NewestSql, cancellationToken, ("code", code), ("most", Listed)),
        };
    }

    /// <summary>As many as are looked at, from all of the time alike.</summary>
    static IEnumerable<CountedRun> Spread(List<CountedRun> runs) => runs.Count <= MostLooked
        ? runs
        : Enumerable.Range(0, MostLooked).Select(n => runs[(int)((long)n * runs.Count / MostLooked)]);

    static async Task<IReadOnlyList<CandidateRun>> Failures(
        LedgerSql sql, IReadOnlyList<CandidateTables> tables, Guid[] failed, CancellationToken cancellationToken) =>
        failed.Length == 0 ? [] : await Newest(
            sql,
            tables,
            table => $"select {Columns} from {table.Runs} where {sql.IsOneOf("process_run_id", "@runs")}",
            cancellationToken,
            ("runs", failed));

    static async Task<IReadOnlyList<CandidateRun>> Newest(
        LedgerSql sql,
        IReadOnlyList<CandidateTables> tables,
        Func<CandidateTables, string> statement,
        CancellationToken cancellationToken,
        params (string, object?)[] parameters)
    {
        var runs = new List<CandidateRun>();
        foreach (var table in tables)
            runs.AddRange(await sql.List(statement(table), Run, cancellationToken, parameters));
        return
        [
            .. runs.DistinctBy(run => run.ProcessRunId)
                .OrderByDescending(run => (run.CreatedAt, run.ProcessRunId)).Take(Listed),
        ];
    }

    static CandidateRun Run(StoredRow row) => new()
    {
        ProcessRunId = row.GetGuid(0),
        Status = row.GetString(1),
        StartedAt = row.TimeAt(2),
        EndedAt = row.TimeAt(3),
        CreatedAt = row.GetTime(4),
        ErrorRef = row.TextAt(5),
    };
}
