using Microsoft.EntityFrameworkCore;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Database;

/// <summary>Ids as sent against ids of runs: two runs that turned out to be one are known by both.</summary>
static class Aliases
{
    /// <summary>
    /// The first answer about the run that this id or alias names, where it is: in the ledger's tables, by either, or
    /// in the archive.
    /// </summary>
    public static async Task<T?> OfRun<T>(
        this LedgerDb db, Guid id, Func<IQueryable<RunRow>, IQueryable<T>> ask, CancellationToken cancellationToken) =>
        await ask(Named(db.Runs, id)).SingleOrDefaultAsync(cancellationToken)
        ?? await ask(ByAlias(db, db.Runs, id)).SingleOrDefaultAsync(cancellationToken)
        ?? await ask(Named(db.ArchivedRuns, id)).SingleOrDefaultAsync(cancellationToken)
        ?? await ask(ByAlias(db, db.ArchivedRuns, id)).SingleOrDefaultAsync(cancellationToken);

    static IQueryable<RunRow> Named(IQueryable<RunRow> runs, Guid id) => runs.Where(r => r.ProcessRunId == id);

    static IQueryable<RunRow> ByAlias(LedgerDb db, IQueryable<RunRow> runs, Guid id) =>
        from alias in db.RunAliases
        where alias.AliasId == id
        join run in runs on alias.ProcessRunId equals run.ProcessRunId
        select run;

    /// <summary>
    /// Every id under which the run of this id is known, its own included, whether or not it has a row.
    /// </summary>
    public static async Task<IReadOnlyList<Guid?>> Names(this LedgerDb db, Guid id, CancellationToken cancellationToken)
    {
        var run = await db.RunAliases.Where(a => a.AliasId == id).Select(a => (Guid?)a.ProcessRunId)
            .SingleOrDefaultAsync(cancellationToken) ?? id;
        return
        [
            run,
            .. await db.RunAliases.Where(a => a.ProcessRunId == run)
                .Select(a => (Guid?)a.AliasId)
                .ToListAsync(cancellationToken),
        ];
    }

    /// <summary>Replaces parents that were sent by an alias; one query, and none where no row has a parent.</summary>
    public static async Task<List<T>> WithParents<T>(
        this LedgerDb db, List<T> rows, CancellationToken cancellationToken)
        where T : LedgerRow
    {
        var sent = rows.Select(row => row.ParentRunId).OfType<Guid>().Distinct().ToList();
        if (sent.Count == 0)
        {
            return rows;
        }
        var runs = await db.RunAliases.Where(a => sent.Contains(a.AliasId))
            .ToDictionaryAsync(a => a.AliasId, a => a.ProcessRunId, cancellationToken);
        return runs.Count == 0 ? rows : rows.ConvertAll(row =>
            row.ParentRunId is { } parent && runs.TryGetValue(parent, out var run)
                ? (T)((LedgerRow)row with { ParentRunId = run })
                : row);
    }
}
