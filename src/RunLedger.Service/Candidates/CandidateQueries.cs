using Microsoft.EntityFrameworkCore;
using RunLedger.Service.Database;
using RunLedger.Storage;

namespace RunLedger.Service.Candidates;

/// <summary>
/// The candidates in the order of their codes, which are found by descending the index of them once for each: however
/// many runs each has, a page costs the same.
/// </summary>
sealed class CandidateQueries(IDbContextFactory<LedgerDb> ledger, KeptTroubles troubles, TimeProvider time)
{
    public const int Days = 30;

    /// <summary>In all days, of one candidate: fifty of them are one answer.</summary>
    public const int MostRuns = 15 * Days;

    /// <summary>Of one candidate, for how many there are.</summary>
    public const int MostCounted = 1_000;

    /// <summary>Codes that a page looks at, of which the filter may have none.</summary>
    const int MostLooked = 2_000;

    /// <summary>Codes that are looked at together.</summary>
    const int Batch = 200;

    public static string CodesSql(IReadOnlyList<CandidateTables> tables) =>
        $"""
         with recursive codes(code, n) as (
           select {NextCode(tables, "@after")}, 1
           union all
           select {NextCode(tables, "codes.code")}, n + 1
           from codes where code is not null and n < @most)
         select code from codes where code is not null
         """;

    static string NextCode(IReadOnlyList<CandidateTables> tables, string after)
    {
        var each = tables.Select(table => $"select min(process_candidate_code) as code from {table.Runs} "
            + $"where process_candidate_code > {after}").ToList();
        return each.Count == 1 ? $"({each[0]})" : $"(select min(code) from ({string.Join(" union all ", each)}) next)";
    }

    public static string NewestSql(LedgerSql sql, int codes, CandidateTables table) =>
        $"""
         with c(n, code) as (values {CandidateWindow.CodeValues(codes)})
         select c.code, r.process_definition_code, r.process_run_id, r.status, r.source_system, r.started_at,
           r.ended_at, r.created_at
         from c {sql.RunsOfEach(
             "where process_candidate_code = c.code order by created_at desc, process_run_id desc limit 1",
             table.Runs)}
         order by c.n
         """;

    public static string CountSql(int codes, CandidateTables table) =>
        $"""
         with c(n, code) as (values {CandidateWindow.CodeValues(codes)})
         select c.n, (select count(*) from (
           select 1 from {table.Runs} where process_candidate_code = c.code limit @most) few)
         from c order by c.n
         """;

    /// <summary>A page, and the code to go on after; null on the last one.</summary>
    public async Task<(IReadOnlyList<CandidateAnswer> Items, string? Next)> List(
        CandidateFilter filter, CandidatePageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        var tables = CandidateTables.Of(filter.Archived);
        var (found, next) = await Find(sql, tables, filter, page, cancellationToken);
        if (found.Count == 0)
            return ([], next);
        var now = time.GetUtcNow().UtcDateTime;
        var codes = found.ConvertAll(run => run.Candidate);
        var window = CandidateWindow.Until(now, Days, MostRuns);
        var counts = await Counts(sql, tables, codes, MostCounted, cancellationToken);
        var runs = await window.Read(sql, tables, [.. codes.Zip(counts)], cancellationToken);
        var trouble = await troubles.Read(sql, now, cancellationToken);
        return (
            [
                .. found.Select((run, n) => new CandidateAnswer
                {
                    Candidate = run.Candidate,
                    DefinitionCode = run.DefinitionCode,
                    Runs = Math.Min(counts[n], MostCounted),
                    RunsTruncated = counts[n] > MostCounted,
                    NewestRun = run,
                    Trouble = trouble.Of(run.Candidate),
                    Figures = CandidateCount.Of(window, counts[n], [.. runs[run.Candidate]]),
                }),
            ],
            next);
    }

    /// <summary>How many runs each has, at most one more than are counted.</summary>
    public static async Task<List<long>> Counts(
        LedgerSql sql, IReadOnlyList<CandidateTables> tables, IReadOnlyList<string> codes, int most,
        CancellationToken cancellationToken)
    {
        var sums = codes.Select(_ => 0L).ToList();
        foreach (var table in tables)
        {
            var counts = await sql.List(
                CountSql(codes.Count, table), row => row.GetInt64(1), cancellationToken,
                [.. CandidateWindow.CodeParameters(codes), ("most", most + 1)]);
            for (var n = 0; n < sums.Count; n++)
                sums[n] = Math.Min(sums[n] + counts[n], most + 1);
        }

        return sums;
    }

    /// <summary>The newest run of each candidate, in their order; a candidate without runs has none.</summary>
    public static async Task<List<NewestRun>> Newest(
        LedgerSql sql, IReadOnlyList<CandidateTables> tables, IReadOnlyList<string> codes,
        CancellationToken cancellationToken)
    {
        var newest = new Dictionary<string, NewestRun>();
        foreach (var table in tables)
        {
            foreach (var run in await Newest(sql, table, codes, cancellationToken))
            {
                if (!newest.TryGetValue(run.Candidate, out var known)
                    || (run.CreatedAt, run.ProcessRunId).CompareTo((known.CreatedAt, known.ProcessRunId)) > 0)
                    newest[run.Candidate] = run;
            }
        }

        return [.. codes.Where(newest.ContainsKey).Select(code => newest[code])];
    }

    static async Task<List<NewestRun>> Newest(
        LedgerSql sql, CandidateTables table, IReadOnlyList<string> codes, CancellationToken cancellationToken) =>
        codes.Count == 0 ? [] : await sql.List(
            NewestSql(sql, codes.Count, table),
            row => new NewestRun
            {
                Candidate = row.GetString(0),
                DefinitionCode = row.TextAt(1),
                ProcessRunId = row.GetGuid(2),
                Status = row.GetString(3),
                SourceSystem = row.GetString(4),
                StartedAt = row.TimeAt(5),
                EndedAt = row.TimeAt(6),
                CreatedAt = row.GetTime(7),
            },
            cancellationToken,
            [.. CandidateWindow.CodeParameters(codes)]);

    static async Task<(List<NewestRun> Found, string? Next)> Find(
        LedgerSql sql, IReadOnlyList<CandidateTables> tables, CandidateFilter filter, CandidatePageRequest page,
        CancellationToken cancellationToken)
    {
        var (found, at) = (new List<NewestRun>(), page.After ?? "");
        var batch = filter is { Pattern: null, Source: null } ? page.Limit + 1 : Batch;
        for (var looked = 0; looked < MostLooked; looked += batch)
        {
            var codes = await sql.List(
                CodesSql(tables), row => row.GetString(0), cancellationToken, ("after", at), ("most", batch));
            found.AddRange(
                (await Newest(sql, tables, codes.FindAll(filter.Has), cancellationToken)).Where(filter.Has));
            if (found.Count > page.Limit)
                return (found[..page.Limit], found[page.Limit - 1].Candidate);
            if (codes.Count < batch)
                return (found, null);
            at = codes[^1];
        }

        // More may be behind those that were looked at: the next page looks there.
        return (found, at);
    }
}
