using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Runs;

/// <summary>
/// Runs and their components, a page at a time; parents are shown by the id of their run, whatever id was sent.
/// </summary>
sealed class RunQueries(IDbContextFactory<LedgerDb> ledger)
{
    /// <summary>Read at once while all are streamed.</summary>
    const int StreamPage = 500;

    public async Task<Page<RunRow>> List(RunFilter filter, PageKey? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var (query, cut) = await RowsAsync(db, filter, after, back: false, limit + 1, cancellationToken);
        var rows = await db.WithParents(await query.ToListAsync(cancellationToken), cancellationToken);
        var page = Page<RunRow>.Of(rows, limit, Key);
        return page with { Cut = cut, Previous = after is not null && rows.Count > 0 ? Key(rows[0]) : null };
    }

    /// <summary>The page of newer runs that ends before a row, newest first.</summary>
    public async Task<Page<RunRow>> ListBack(RunFilter filter, PageKey before, int limit, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var (query, cut) = await RowsAsync(db, filter, before, back: true, limit + 1, cancellationToken);
        var rows = await db.WithParents(await query.ToListAsync(cancellationToken), cancellationToken);
        return Page<RunRow>.Back(rows, limit, Key) with { Cut = cut };
    }

    /// <summary>Every run of the filter, newest first, read as it is asked for.</summary>
    public async IAsyncEnumerable<RunRow> Stream(RunFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (PageKey? after = null; ;)
        {
            var page = await List(filter, after, StreamPage, cancellationToken);
            foreach (var run in page.Items)
                yield return run;
            if (page.Next is not { } next)
                yield break;
            after = next;
        }
    }

    static async Task<(IQueryable<RunRow> Rows, bool Cut)> RowsAsync(
        LedgerDb db, RunFilter filter, PageKey? key, bool back, int count, CancellationToken cancellationToken)
    {
        if (filter.Text is not null)
            filter = await RunSearch.AsFilter(db, filter, filter.Text, cancellationToken) ?? filter;
        var parents = filter.ParentRunId is { } parent ? await db.Names(parent, cancellationToken) : [];
        if (filter.Text is not { } text)
            return (back ? RowsBack(db, filter, parents, key!.Value, count) : Rows(db, filter, parents, key, count), false);
        var named = await RunSearch.Named(db, text).ToListAsync(cancellationToken);
        var runs = Filtered(
            named.Count > 0 ? db.Runs.Where(r => named.Contains(r.ProcessRunId)) : RunSearch.Newest(db, filter, text), filter, parents);
        if (filter.Statuses.Count > 0)
            runs = runs.Where(r => filter.Statuses.Contains(r.Status));
        var rowValues = db.Database.IsNpgsql();
        runs = back ? runs.NewerThan(key!.Value, rowValues).Oldest(count) : runs.OlderThan(key, rowValues).Newest(count);
        return (runs, named.Count == 0 && await RunSearch.IsCut(db, filter, cancellationToken));
    }

    static PageKey Key(RunRow run) => new(run.CreatedAt, run.ProcessRunId);

    /// <summary>The run of this id or alias, archived or not; null where there is none.</summary>
    public async Task<RunRow?> Find(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var run = await db.OfRun(id, runs => runs, cancellationToken);
        return run is null ? null : (await db.WithParents([run], cancellationToken))[0];
    }

    /// <summary>Since when the run is archived; null while it is in the ledger's own tables.</summary>
    public async Task<DateTime?> ArchivedAt(Guid run, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        return await db.ArchivedAt.Where(a => a.ProcessRunId == run).Select(a => (DateTime?)a.At).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>The id of the run that this id or alias names, archived or not; null where there is none.</summary>
    public async Task<Guid?> Resolve(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        return await db.OfRun(id, runs => runs.Select(r => (Guid?)r.ProcessRunId), cancellationToken);
    }

    public async Task<Page<ComponentRow>> Components(Guid run, PageKey? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var rows = await PageOf(db.Components);
        if (rows.Count == 0)
            rows = await PageOf(db.ArchivedComponents);
        rows = await db.WithParents(rows, cancellationToken);
        return Page<ComponentRow>.Of(rows, limit, InOrder);

        Task<List<ComponentRow>> PageOf(IQueryable<ComponentRow> components) =>
            components.Where(c => c.ProcessRunId == run).After(after).InOrder(limit + 1).ToListAsync(cancellationToken);
    }

    /// <summary>The same for the run's page, which shows no evidence: that of a page of components may be long.</summary>
    public async Task<RunComponents> ShownAsync(Guid run, PageKey? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var components = db.Components.Where(c => c.ProcessRunId == run);
        var counts = await CountsAsync(components);
        if (counts.Count == 0)
            counts = await CountsAsync(components = db.ArchivedComponents.Where(c => c.ProcessRunId == run));
        var rows = await Shown(components.After(after).InOrder(limit + 1)).ToListAsync(cancellationToken);
        var failed = counts.ContainsKey(RunStatus.Failed)
            ? await Shown(components.Where(c => c.Status == RunStatus.Failed).OrderBy(c => c.EndedAt).ThenBy(c => c.ComponentRunId)).FirstAsync(cancellationToken)
            : null;
        return new(Page<ComponentRow>.Of(rows, limit, InOrder), counts, failed);

        Task<Dictionary<RunStatus, long>> CountsAsync(IQueryable<ComponentRow> rows) =>
            rows.GroupBy(c => c.Status).Select(all => new { all.Key, Count = all.LongCount() }).ToDictionaryAsync(all => all.Key, all => all.Count, cancellationToken);
    }

    static IQueryable<ComponentRow> Shown(IQueryable<ComponentRow> components) => components.Select(c => new ComponentRow
    {
        ComponentRunId = c.ComponentRunId,
        DotCode = c.DotCode,
        EventCode = c.EventCode,
        ComponentRole = c.ComponentRole,
        Status = c.Status,
        ErrorRef = c.ErrorRef,
        StartedAt = c.StartedAt,
        EndedAt = c.EndedAt,
    });

    static PageKey InOrder(ComponentRow component) => new(component.StartedAt, component.ComponentRunId);

    /// <summary>How many runs are in each status; a status nobody is in is missing.</summary>
    public async Task<IReadOnlyDictionary<RunStatus, long>> Counts(CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        return await db.StatusCounts
            .GroupBy(count => count.Status)
            .Select(counts => new { Status = counts.Key, Runs = counts.Sum(count => count.Runs) })
            .ToDictionaryAsync(sum => sum.Status, sum => sum.Runs, cancellationToken);
    }

    /// <summary>
    /// The rows of a page; <paramref name="parents"/> are the names of the parent the filter asks for.
    /// </summary>
    public static IQueryable<RunRow> Rows(
        LedgerDb db, RunFilter filter, IReadOnlyList<Guid?> parents, PageKey? after, int count)
    {
        var runs = Filtered(db.Runs, filter, parents).OlderThan(after, db.Database.IsNpgsql());
        return filter.Statuses.Count == 0 ? runs.Newest(count) : OfStatuses(runs, filter.Statuses, count);
    }

    /// <summary>The same for a page that goes back; the oldest first.</summary>
    public static IQueryable<RunRow> RowsBack(
        LedgerDb db, RunFilter filter, IReadOnlyList<Guid?> parents, PageKey before, int count)
    {
        var runs = Filtered(db.Runs, filter, parents).NewerThan(before, db.Database.IsNpgsql());
        return filter.Statuses.Count == 0
            ? runs.Oldest(count)
            : filter.Statuses.Select(status => runs.Where(r => r.Status == EF.Constant(status)).Oldest(count))
                .Aggregate(Queryable.Concat)
                .Oldest(count);
    }

    static IQueryable<RunRow> Filtered(IQueryable<RunRow> runs, RunFilter filter, IReadOnlyList<Guid?> parents)
    {
        if (filter.ParentRunId is not null)
        {
            runs = runs.Where(r => parents.Contains(r.ParentRunId));
        }
        if (filter.Candidate is { } candidate)
        {
            runs = runs.Where(r => r.ProcessCandidateCode == candidate);
        }
        if (filter.CorrelationId is { } correlation)
        {
            runs = runs.Where(r => r.CorrelationId == correlation);
        }
        if (filter.Source is { } source)
        {
            // A constant, as the status is: the index leaves the many of the usual source out.
            runs = runs.Where(r => r.SourceSystem == EF.Constant(source));
        }
        if (filter.Since is { } since)
        {
            runs = runs.Where(r => r.CreatedAt >= since);
        }
        if (filter.Until is { } until)
        {
            runs = runs.Where(r => r.CreatedAt < until);
        }
        return runs;
    }

    // One leg per status, each as long as the page at most: only so can an index give every leg in order. The status is
    // a constant, because the index leaves the many completed runs out and a prepared plan could not know it applies.
    static IQueryable<RunRow> OfStatuses(IQueryable<RunRow> runs, IEnumerable<RunStatus> statuses, int count) =>
        statuses.Select(status => runs.Where(r => r.Status == EF.Constant(status)).Newest(count))
            .Aggregate(Queryable.Concat)
            .Newest(count);
}
