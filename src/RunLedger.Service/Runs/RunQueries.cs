using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Service.Standby;
using RunLedger.Service.Unlike;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Runs;

/// <summary>
/// Runs and their components, a page at a time; parents are shown by the id of their run, whatever id was sent.
/// </summary>
sealed class RunQueries(IDbContextFactory<LedgerDb> ledger, IOptions<ReadingOptions> options)
{
    /// <summary>Read at once while all are streamed, and kept while their reader takes one after the other.</summary>
    const int StreamPage = 100;

    /// <summary>A page of runs, newest first, whichever way it is turned; without evidence.</summary>
    public async Task<Page<RunRow>> List(RunFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        return await List(db, filter, page, cancellationToken);
    }

    /// <summary>The same with the evidence that is small.</summary>
    public async Task<Page<Listed<RunRow>>> ListWithEvidence(
        RunFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var found = await List(db, filter, page, cancellationToken);
        return filter.Archived
            ? await db.WithArchivedEvidence(found, options.Value.ListedEvidenceBytes, cancellationToken)
            : await db.WithEvidence(found, options.Value.ListedEvidenceBytes, cancellationToken);
    }

    async Task<Page<RunRow>> List(
        LedgerDb db, RunFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var back = page.Before is not null;
        var (rows, limit, searched) = await Read(db, db.Runs, filter, page, cancellationToken);
        if (filter.Archived)
        {
            var (archived, most, cut) = await Read(db, db.ArchivedRuns, filter, page, cancellationToken);
            (limit, searched) = (Math.Min(limit, most), searched ?? cut);
            // One that leaves between the two questions is in both.
            var both = rows.Concat(archived).DistinctBy(run => run.ProcessRunId);
            rows = [.. (back
                ? both.OrderBy(run => (run.CreatedAt, run.ProcessRunId))
                : both.OrderByDescending(run => (run.CreatedAt, run.ProcessRunId))).Take(limit + 1)];
        }

        rows = await db.WithParents(rows, cancellationToken);
        if (back)
            return Page<RunRow>.Back(rows, limit, Key) with { SearchedNewest = searched };
        return Page<RunRow>.From(rows, limit, Key) with
        {
            SearchedNewest = searched,
            Previous = page.After is not null && rows.Count > 0 ? Key(rows[0]) : null,
        };
    }

    async Task<(List<RunRow> Rows, int Limit, int? SearchedNewest)> Read(
        LedgerDb db, IQueryable<RunRow> all, RunFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var (query, searched) = await PageOf(
            db, all, filter, page.Before ?? page.After, page.Before is not null, page.Limit + 1, cancellationToken);
        var (rows, limit) = await WithoutEvidence(query).Read(
            page.Limit, options.Value.PageBytes, Bytes, cancellationToken);
        return (rows, limit, searched);
    }

    /// <summary>
    /// Every run of the filter with all its evidence, newest first, read as it is asked for; large evidence alone.
    /// </summary>
    public async IAsyncEnumerable<Listed<RunRow>> Stream(
        RunFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (PageKey? after = null; ;)
        {
            // What has gone out stays, wherever the rest comes from.
            var from = after;
            var page = await ReadSource.Ask(
                () => ListWithEvidence(filter, new("", StreamPage, from, null), cancellationToken));
            foreach (var run in page.Items)
            {
                yield return run with
                {
                    EvidenceOmitted = false,
                    Row = run.EvidenceOmitted
                        && await ReadSource.Ask(() => Find(run.Row.ProcessRunId, cancellationToken)) is { } whole
                        ? run.Row with { EvidenceRef = whole.EvidenceRef }
                        : run.Row,
                };
            }

            if (page.Next is not { } next)
                yield break;
            after = next;
        }
    }

    static async Task<(IQueryable<RunRow> Rows, int? SearchedNewest)> PageOf(
        LedgerDb db,
        IQueryable<RunRow> all,
        RunFilter filter,
        PageKey? key,
        bool back,
        int count,
        CancellationToken cancellationToken)
    {
        if (filter.Unlike is { } kind)
            filter = filter with { Among = await UnlikeQueries.Marked(db, kind, cancellationToken) };
        var versionsCut = false;
        if (filter.Version is not null)
        {
            (var among, versionsCut) = await RunSearch.OfVersion(db, filter, cancellationToken);
            filter = filter with { Among = filter.Among is { } marked ? [.. marked.Intersect(among)] : among };
        }
        if (filter.Text is not null)
            filter = await RunSearch.AsFilter(db, filter, filter.Text, cancellationToken) ?? filter;
        var parents = filter.ParentRunId is { } parent ? await db.Names(parent, cancellationToken) : [];
        if (filter.Text is not { } text)
            return (
                back
                    ? RowsBack(db, all, filter, parents, key!.Value, count)
                    : Rows(db, all, filter, parents, key, count),
                versionsCut ? RunSearch.MostSearched : null);
        var named = await RunSearch.Named(db, text, filter.Archived).ToListAsync(cancellationToken);
        var runs = filter.Where(
            named.Count > 0
                ? all.Where(r => named.Contains(r.ProcessRunId))
                : RunSearch.Newest(db, all, filter, text),
            parents);
        if (filter.Statuses.Count > 0)
            runs = runs.Where(r => filter.Statuses.Contains(r.Status));
        runs = back
            ? runs.NewerThan(key!.Value, db.Dialect).Oldest(count)
            : runs.OlderThan(key, db.Dialect).Newest(count);
        var cut = named.Count == 0 && await RunSearch.IsCut(all, filter, cancellationToken);
        return (runs, cut || versionsCut ? RunSearch.MostSearched : null);
    }

    static PageKey Key(RunRow run) => new(run.CreatedAt, run.ProcessRunId);

    static int Bytes(LedgerRow row) =>
        (row.InputRef?.Length ?? 0) + (row.OutputRef?.Length ?? 0) + (row.ErrorRef?.Length ?? 0);

    /// <summary>The rows as lists have them.</summary>
    public static IQueryable<RunRow> WithoutEvidence(IQueryable<RunRow> runs) => runs.Select(r => new RunRow
    {
        ProcessRunId = r.ProcessRunId,
        ProcessCandidateCode = r.ProcessCandidateCode,
        ProcessDefinitionCode = r.ProcessDefinitionCode,
        CorrelationId = r.CorrelationId,
        ParentRunId = r.ParentRunId,
        Status = r.Status,
        SourceSystem = r.SourceSystem,
        IdempotencyKey = r.IdempotencyKey,
        InputRef = r.InputRef,
        OutputRef = r.OutputRef,
        ErrorRef = r.ErrorRef,
        StartedAt = r.StartedAt,
        EndedAt = r.EndedAt,
        CreatedAt = r.CreatedAt,
        Fold = LedgerDb.Head(r.Fold!, 1, FoldCodec.HeadBytes),
    });

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
        return await db.ArchivedAt.Where(a => a.ProcessRunId == run)
            .Select(a => (DateTime?)a.At)
            .SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>The id of the run that this id or alias names, archived or not; null where there is none.</summary>
    public async Task<Guid?> Resolve(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        return await db.OfRun(id, runs => runs.Select(r => (Guid?)r.ProcessRunId), cancellationToken);
    }

    /// <summary>A page of the run's components, with the evidence that is small.</summary>
    public async Task<Page<Listed<ComponentRow>>> Components(
        Guid run, PageKey? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var archived = false;
        var (rows, most) = await In(db.Components);
        if (rows.Count == 0)
        {
            archived = true;
            (rows, most) = await In(db.ArchivedComponents);
        }

        rows = await db.WithParents(rows, cancellationToken);
        return await db.WithEvidence(
            Page<ComponentRow>.From(rows, most, InOrder),
            archived,
            options.Value.ListedEvidenceBytes,
            cancellationToken);

        Task<(List<ComponentRow> Rows, int Limit)> In(IQueryable<ComponentRow> components) =>
            WithoutEvidence(components.Where(c => c.ProcessRunId == run).After(after).InOrder(limit + 1))
                .Read(limit, options.Value.PageBytes, Bytes, cancellationToken);
    }

    /// <summary>One component of a run, archived or not; null where there is none.</summary>
    public async Task<ComponentRow?> Component(Guid run, Guid id, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var component = await In(db.Components) ?? await In(db.ArchivedComponents);
        return component is null ? null : (await db.WithParents([component], cancellationToken))[0];

        Task<ComponentRow?> In(IQueryable<ComponentRow> components) =>
            components.SingleOrDefaultAsync(
                c => c.ComponentRunId == id && c.ProcessRunId == run, cancellationToken);
    }

    static IQueryable<ComponentRow> WithoutEvidence(IQueryable<ComponentRow> components) =>
        components.Select(c => new ComponentRow
        {
            ComponentRunId = c.ComponentRunId,
            ProcessRunId = c.ProcessRunId,
            ParentRunId = c.ParentRunId,
            CorrelationId = c.CorrelationId,
            DotCode = c.DotCode,
            ComponentRole = c.ComponentRole,
            EventCode = c.EventCode,
            QueueJobId = c.QueueJobId,
            Status = c.Status,
            SourceSystem = c.SourceSystem,
            IdempotencyKey = c.IdempotencyKey,
            InputRef = c.InputRef,
            OutputRef = c.OutputRef,
            ErrorRef = c.ErrorRef,
            StartedAt = c.StartedAt,
            EndedAt = c.EndedAt,
            CreatedAt = c.CreatedAt,
        });

    /// <summary>
    /// The same for the run's page, which shows no evidence: that of a page of components may be long.
    /// </summary>
    public async Task<RunComponents> WithFigures(
        Guid run, PageKey? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var components = db.Components.Where(c => c.ProcessRunId == run);
        var counts = await CountOf(components);
        if (counts.Count == 0)
            counts = await CountOf(components = db.ArchivedComponents.Where(c => c.ProcessRunId == run));
        var rows = await Shown(components.After(after).InOrder(limit + 1)).ToListAsync(cancellationToken);
        var failed = counts.ContainsKey(RunStatus.Failed)
            ? await Shown(components.Where(c => c.Status == RunStatus.Failed)
                .OrderBy(c => c.EndedAt)
                .ThenBy(c => c.ComponentRunId)).FirstAsync(cancellationToken)
            : null;
        return new(Page<ComponentRow>.From(rows, limit, InOrder), counts, failed);

        Task<Dictionary<RunStatus, long>> CountOf(IQueryable<ComponentRow> rows) =>
            rows.GroupBy(c => c.Status)
                .Select(all => new { all.Key, Count = all.LongCount() })
                .ToDictionaryAsync(all => all.Key, all => all.Count, cancellationToken);
    }

    static IQueryable<ComponentRow> Shown(IQueryable<ComponentRow> components) =>
        components.Select(c => new ComponentRow
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
        LedgerDb db, RunFilter filter, IReadOnlyList<Guid?> parents, PageKey? after, int count) =>
        Rows(db, db.Runs, filter, parents, after, count);

    /// <summary>The same of the ledger's runs, or of those in the archive.</summary>
    public static IQueryable<RunRow> Rows(
        LedgerDb db,
        IQueryable<RunRow> all,
        RunFilter filter,
        IReadOnlyList<Guid?> parents,
        PageKey? after,
        int count)
    {
        var runs = filter.Where(all, parents).OlderThan(after, db.Dialect);
        return filter.Statuses.Count == 0 ? runs.Newest(count) : OfStatuses(runs, filter.Statuses, count);
    }

    /// <summary>The same for a page that goes back; the oldest first.</summary>
    public static IQueryable<RunRow> RowsBack(
        LedgerDb db,
        IQueryable<RunRow> all,
        RunFilter filter,
        IReadOnlyList<Guid?> parents,
        PageKey before,
        int count)
    {
        var runs = filter.Where(all, parents).NewerThan(before, db.Dialect);
        return filter.Statuses.Count == 0
            ? runs.Oldest(count)
            : filter.Statuses.Select(status => runs.Where(r => r.Status == EF.Constant(status)).Oldest(count))
                .Aggregate(Queryable.Concat)
                .Oldest(count);
    }

    // One leg per status, each as long as the page at most: only so can an index give every leg in order. The status is
    // a constant, because the index leaves the many completed runs out and a prepared plan could not know it applies.
    static IQueryable<RunRow> OfStatuses(IQueryable<RunRow> runs, IEnumerable<RunStatus> statuses, int count) =>
        statuses.Select(status => runs.Where(r => r.Status == EF.Constant(status)).Newest(count))
            .Aggregate(Queryable.Concat)
            .Newest(count);
}
