using RunLedger.Folding;
using RunLedger.Storage;

namespace RunLedger.Service.Candidates;

/// <summary>
/// Which runs the figures of a candidate count: those of the last days. Of one that has more runs than are counted, of
/// each day the newest up to a number: so an answer costs the same however many there are, and the busiest day does not
/// hide the others.
/// </summary>
/// <param name="Since">The first day, UTC, by the time at which the ledger first heard of a run.</param>
/// <param name="Days">How many days; the last one is not over yet.</param>
/// <param name="Most">How many runs are counted at most.</param>
sealed record CandidateWindow(DateTime Since, int Days, int Most)
{
    /// <param name="now">Of the last day.</param>
    /// <param name="days">How many.</param>
    /// <param name="most">How many runs are counted at most in all of them.</param>
    public static CandidateWindow Until(DateTime now, int days, int most) =>
        new(now.Date.AddDays(1 - days), days, most);

    /// <summary>How many runs of a day are counted at most, where there are too many to count all.</summary>
    public int MostADay => Most / Days;

    public DateTime Day(int number) => Since.AddDays(number);

    /// <param name="sql">The connection.</param>
    /// <param name="tables">Where they are looked for.</param>
    /// <param name="candidates">Each with how many runs it has, at most one more than are counted.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<ILookup<string, CountedRun>> Read(
        LedgerSql sql, IReadOnlyList<CandidateTables> tables, IReadOnlyList<(string Code, long Runs)> candidates,
        CancellationToken cancellationToken)
    {
        var runs = new List<(string Code, CountedRun Run)>();
        foreach (var table in tables)
            runs.AddRange(await Read(sql, table, candidates, cancellationToken));
        if (tables.Count == 1)
            return runs.ToLookup(row => row.Code, row => row.Run);
        // Of each day the newest, wherever they are.
        var most = candidates.ToDictionary(one => one.Code, one => one.Runs <= Most ? Most : MostADay);
        return runs.DistinctBy(row => row.Run.Id).GroupBy(row => (row.Code, row.Run.Day))
            .SelectMany(day => day.OrderByDescending(row => (row.Run.CreatedAt, row.Run.Id)).Take(most[day.Key.Code]))
            .ToLookup(row => row.Code, row => row.Run);
    }

    async Task<IEnumerable<(string Code, CountedRun Run)>> Read(
        LedgerSql sql, CandidateTables table, IReadOnlyList<(string Code, long Runs)> candidates,
        CancellationToken cancellationToken)
    {
        var few = candidates.Where(candidate => candidate.Runs <= Most).Select(candidate => candidate.Code).ToList();
        var many = candidates.Select(candidate => candidate.Code).Except(few).ToList();
        return (await Read(few, AllSql(sql, few.Count, table), ("since", Since), ("most", Most)))
            .Concat(await Read(
                many,
                RunsSql(sql, many.Count, Days, table),
                [
                    .. Enumerable.Range(0, Days + 1).Select(n => ($"d{n}", (object?)Day(n))),
                    ("most", MostADay),
                ]));

        async Task<List<(string Code, CountedRun Run)>> Read(
            List<string> codes, string statement, params (string, object?)[] parameters) => codes.Count == 0 ? []
            : await sql.List(
                statement,
                row => (codes[row.GetInt32(0)], new CountedRun(
                    row.GetGuid(1),
                    (row.GetTime(5) - Since).Days,
                    RunStatusText.Parse(row.GetString(2)),
                    row.TimeAt(3),
                    row.TimeAt(4),
                    row.GetTime(5))),
                cancellationToken,
                [.. CodeParameters(codes), .. parameters]);
    }

    /// <summary>All runs of the days, of candidates that have few: one descent for each.</summary>
    public static string AllSql(LedgerSql sql, int codes, CandidateTables table) =>
        $"""
         with w(n, code) as (values {CodeValues(codes)})
         select w.n, r.process_run_id, r.status, r.started_at, r.ended_at, r.created_at
         from w {sql.RunsOfEach(
             "where process_candidate_code = w.code order by created_at desc, process_run_id desc limit @most",
             table.Runs)}
         where r.created_at >= @since
         """;

    /// <summary>
    /// Each day of each candidate is a descent of the index of a candidate's newest runs. It is bounded from above only
    /// and cut from below afterwards: of a range the planner expects so few rows that it reads them all and sorts them.
    /// </summary>
    public static string RunsSql(LedgerSql sql, int codes, int days, CandidateTables table) =>
        $"""
         with c(n, code) as (values {CodeValues(codes)}),
           d(since, until) as (values {string.Join(", ", Enumerable.Range(0, days)
               .Select(n => $"(@d{n}, @d{n + 1})"))}),
           w as (select n, code, since, until from c cross join d)
         select w.n, r.process_run_id, r.status, r.started_at, r.ended_at, r.created_at
         from w {sql.RunsOfEach(
             """
             where process_candidate_code = w.code and created_at < w.until
             order by created_at desc, process_run_id desc limit @most
             """, table.Runs)}
         where r.created_at >= w.since
         """;

    public static string CodeValues(int codes) =>
        string.Join(", ", Enumerable.Range(0, codes).Select(n => $"({n}, @c{n})"));

    public static IEnumerable<(string, object?)> CodeParameters(IReadOnlyList<string> codes) =>
        codes.Select((code, n) => ($"c{n}", (object?)code));
}
