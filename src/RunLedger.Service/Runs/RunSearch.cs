using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RunLedger.Service.Database;
using RunLedger.Storage;
using RunLedger.Storage.Rows;
using RunLedger.Unlike;

namespace RunLedger.Service.Runs;

/// <summary>
/// Free text against runs. What is an id, a key or a code exactly is found by an index, however old; anything else is
/// looked for as a part of codes, keys and error texts among the newest runs only, for which no index would do.
/// </summary>
static class RunSearch
{
    public const int MostSearched = 50_000;

    /// <summary>Runs of a version that are found.</summary>
    const int MostOfVersion = 5_000;

    /// <summary>Of an id's beginning at least; with less it is more likely a word.</summary>
    const int LeastDigits = 6;

    /// <summary>
    /// How many runs of one kind of match are found, so that a parent of a million runs costs no more.
    /// </summary>
    const int MostNamed = 1_000;

    /// <summary>The filter without its text, where the text is a candidate or a wire key; else null.</summary>
    public static async Task<RunFilter?> AsFilter(
        LedgerDb db, RunFilter filter, string text, CancellationToken cancellationToken)
    {
        // An id is looked for everywhere: others may use it as their wire key.
        if (Guid.TryParse(text, out _))
            return null;
        if (filter.Candidate is null && await Any(r => r.ProcessCandidateCode == text))
            return filter with { Text = null, Candidate = text };
        if (filter.CorrelationId is null && await Any(r => r.CorrelationId == text))
            return filter with { Text = null, CorrelationId = text };
        return null;

        async Task<bool> Any(Expression<Func<RunRow, bool>> match) =>
            await db.Runs.AnyAsync(match, cancellationToken)
            || (filter.Archived && await db.ArchivedRuns.AnyAsync(match, cancellationToken));
    }

    /// <summary>The runs that the text names: each leg has an index.</summary>
    public static IQueryable<Guid> Named(LedgerDb db, string text, bool archived = false)
    {
        var legs = new List<IQueryable<Guid>> { Leg(db, r => r.IdempotencyKey == text) };
        if (Guid.TryParse(text, out var id))
        {
            legs.Add(Leg(db, r => r.ProcessRunId == id));
            legs.Add(Leg(db, r => r.ParentRunId == id));
            legs.Add(Leg(db, r => r.CorrelationId == text));
            legs.Add(db.RunAliases.Where(a => a.AliasId == id).Select(a => a.ProcessRunId));
            legs.Add(db.Components.Where(c => c.ComponentRunId == id).Select(c => c.ProcessRunId));
            legs.Add(db.Components.Where(c => c.QueueJobId == id).Select(c => c.ProcessRunId).Take(MostNamed));
        }
        else if (Beginning(text) is var (from, to))
        {
            legs.Add(db.Runs.Where(r => r.ProcessRunId >= from && r.ProcessRunId <= to)
                .Select(r => r.ProcessRunId)
                .Take(MostNamed));
        }

        if (archived)
            legs.AddRange(NamedInArchive(db, text));
        return legs.Aggregate(Queryable.Union);
    }

    // Keys are kept apart, by an index that runs in the archive have too.
    static IEnumerable<IQueryable<Guid>> NamedInArchive(LedgerDb db, string text)
    {
        yield return db.Runs.FromSql(
            $"""
             select a.* from process_run_archive a join process_run_key k on k.process_run_id = a.process_run_id
             where k.idempotency_key = {text}
             """)
            .Select(r => r.ProcessRunId);
        if (Guid.TryParse(text, out var id))
        {
            yield return Of(db.ArchivedRuns.Where(r => r.ProcessRunId == id));
            yield return Of(db.ArchivedRuns.Where(r => r.ParentRunId == id));
            yield return Of(db.ArchivedRuns.Where(r => r.CorrelationId == text));
            yield return db.ArchivedComponents.Where(c => c.ComponentRunId == id).Select(c => c.ProcessRunId);
            yield return db.ArchivedComponents.Where(c => c.QueueJobId == id).Select(c => c.ProcessRunId)
                .Take(MostNamed);
        }
        else if (Beginning(text) is var (from, to))
        {
            yield return Of(db.ArchivedRuns.Where(r => r.ProcessRunId >= from && r.ProcessRunId <= to));
        }

        static IQueryable<Guid> Of(IQueryable<RunRow> runs) => runs.Newest(MostNamed).Select(r => r.ProcessRunId);
    }

    /// <summary>The newest runs with the text in one of their texts.</summary>
    public static IQueryable<RunRow> Newest(LedgerDb db, IQueryable<RunRow> all, RunFilter filter, string text)
    {
        var pattern = $"%{text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_")}%";
        var runs = Window(all, filter).Newest(MostSearched);
        return runs.Where(db.Dialect.Like(pattern).OnAny<RunRow, string?>(
            r => r.ProcessCandidateCode, r => r.ProcessDefinitionCode, r => r.CorrelationId, r => r.IdempotencyKey,
            r => r.ErrorRef));
    }

    /// <summary>
    /// The newest runs of a version, which is in the evidence and in no index: among the newest of the candidate that
    /// is asked for, else of all.
    /// </summary>
    public static string VersionSql(LedgerSql sql, bool ofCandidate, string table = "process_run_observation") =>
        $"""
         select r.process_run_id, substr({RunVersion.Sql(sql, "r")}, 1, {2 * RunVersion.MostCharacters}) from (
           select process_run_id, created_at, evidence_ref from {table}
           where created_at < @until {(ofCandidate ? "and process_candidate_code = @candidate" : "")}
           order by created_at desc, process_run_id desc limit @most) r
         """;

    /// <returns>The runs, and whether there may be more that were not searched.</returns>
    public static async Task<(List<Guid> Runs, bool IsCut)> OfVersion(
        LedgerDb db, RunFilter filter, CancellationToken cancellationToken)
    {
        var (runs, cut) = await OfVersion(db, filter, LedgerTable.Runs.Rows, cancellationToken);
        if (!filter.Archived)
            return (runs, cut);
        var (archived, archivedCut) = await OfVersion(db, filter, LedgerTable.Runs.Archive, cancellationToken);
        return ([.. runs.Union(archived)], cut || archivedCut);
    }

    static async Task<(List<Guid> Runs, bool IsCut)> OfVersion(
        LedgerDb db, RunFilter filter, string table, CancellationToken cancellationToken)
    {
        var (runs, searched, asked) = (new List<Guid>(), 0, RunVersion.Text(filter.Version));
        var sql = await db.Sql(cancellationToken);
        await sql.Each(
            VersionSql(sql, filter.Candidate is not null, table),
            row =>
            {
                searched++;
                // As it is shown: of a long one the first characters.
                if (RunVersion.Text(row.TextAt(1)) == asked && runs.Count < MostOfVersion)
                    runs.Add(row.GetGuid(0));
            },
            cancellationToken,
            [
                ("most", MostSearched),
                ("until", filter.Until ?? new DateTime(9000, 1, 1, 0, 0, 0, DateTimeKind.Utc)),
                .. filter.Candidate is { } candidate ? (IEnumerable<(string, object?)>)[("candidate", candidate)] : [],
            ]);
        return (runs, searched == MostSearched || runs.Count == MostOfVersion);
    }

    /// <summary>Whether there are runs that were not searched.</summary>
    public static Task<bool> IsCut(
        IQueryable<RunRow> all, RunFilter filter, CancellationToken cancellationToken) =>
        Window(all, filter).OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.ProcessRunId)
            .Skip(MostSearched).Select(r => r.ProcessRunId).AnyAsync(cancellationToken);

    // The time is what the index of all runs is cut by; every other filter is asked of what was found.
    static IQueryable<RunRow> Window(IQueryable<RunRow> runs, RunFilter filter)
    {
        if (filter.Since is { } since)
            runs = runs.Where(r => r.CreatedAt >= since);
        if (filter.Until is { } until)
            runs = runs.Where(r => r.CreatedAt < until);
        return runs;
    }

    static IQueryable<Guid> Leg(LedgerDb db, Expression<Func<RunRow, bool>> match) =>
        db.Runs.Where(match).Newest(MostNamed).Select(r => r.ProcessRunId);

    /// <summary>The first and the last id that begin so; null where the text is no beginning of one.</summary>
    static (Guid From, Guid To)? Beginning(string text)
    {
        const string Form = "########-####-####-####-############";
        if (text.Length < LeastDigits || text.Length >= Form.Length)
            return null;
        for (var at = 0; at < text.Length; at++)
        {
            if (Form[at] == '-' ? text[at] != '-' : !char.IsAsciiHexDigit(text[at]))
                return null;
        }

        return (
            Guid.Parse(text + Form[text.Length..].Replace('#', '0')),
            Guid.Parse(text + Form[text.Length..].Replace('#', 'f')));
    }
}
