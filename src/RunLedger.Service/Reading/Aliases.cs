using Microsoft.EntityFrameworkCore;
using RunLedger.Runs;

namespace RunLedger.Service.Reading;

/// <summary>Ids as sent against ids of runs: two runs that turned out to be one are known by both.</summary>
static class Aliases
{
    /// <summary>The run of this id.</summary>
    public static IQueryable<RunRow> RunOf(this LedgerDb db, Guid id) => db.Runs.Where(r => r.ProcessRunId == id);

    /// <summary>The run that this alias names.</summary>
    public static IQueryable<RunRow> RunByAlias(this LedgerDb db, Guid id) =>
        from alias in db.RunAliases
        where alias.AliasId == id
        join run in db.Runs on alias.ProcessRunId equals run.ProcessRunId
        select run;

    /// <summary>
    /// Every id under which the run of this id is known, its own included, whether or not it has a row.
    /// </summary>
    public static async Task<IReadOnlyList<Guid?>> NamesAsync(this LedgerDb db, Guid id, CancellationToken token)
    {
        var run = await db.RunAliases.Where(a => a.AliasId == id).Select(a => (Guid?)a.ProcessRunId)
            .SingleOrDefaultAsync(token) ?? id;
        return
        [
            run,
            .. await db.RunAliases.Where(a => a.ProcessRunId == run).Select(a => (Guid?)a.AliasId).ToListAsync(token),
        ];
    }

    /// <summary>Replaces parents that were sent by an alias; one query, and none where no row has a parent.</summary>
    public static async Task<List<T>> WithParentsAsync<T>(this LedgerDb db, List<T> rows, CancellationToken token)
        where T : LedgerRow
    {
        var sent = rows.Select(row => row.ParentRunId).OfType<Guid>().Distinct().ToList();
        if (sent.Count == 0)
        {
            return rows;
        }
        var runs = await db.RunAliases.Where(a => sent.Contains(a.AliasId))
            .ToDictionaryAsync(a => a.AliasId, a => a.ProcessRunId, token);
        return runs.Count == 0 ? rows : rows.ConvertAll(row =>
            row.ParentRunId is { } parent && runs.TryGetValue(parent, out var run)
                ? (T)((LedgerRow)row with { ParentRunId = run })
                : row);
    }
}
