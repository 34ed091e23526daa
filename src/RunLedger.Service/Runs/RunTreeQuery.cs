using Microsoft.EntityFrameworkCore;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Runs;

/// <summary>
/// Walks from a run up to its root and down to its leaves, a level at a time: the number of queries follows the depth,
/// never the number of runs. A parent has been named by whoever published the child, so circles happen and end it.
/// </summary>
sealed class RunTreeQuery(IDbContextFactory<LedgerDb> ledger)
{
    public const int MaxRuns = 1_000;
    public const int MaxDepth = 64;

    /// <summary>The tree around the run of this id or alias; null where there is none.</summary>
    public async Task<RunTree?> Find(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        if (await FindNode(db, id, cancellationToken) is not { } run)
        {
            return null;
        }
        var ancestors = await AncestorsAsync(db, run, cancellationToken);
        var descendants = await DescendantsAsync(db, run, cancellationToken);
        return new()
        {
            Ancestors = ancestors.Chain,
            Run = Nest(run with { ParentRunId = ancestors.Parent }, descendants.ByParent),
            UnseenParentId = ancestors.Unseen,
            CycleAt = ancestors.CycleAt ?? descendants.CycleAt,
            Truncated = ancestors.Truncated || descendants.Truncated,
        };
    }

    static async Task<Ancestors> AncestorsAsync(LedgerDb db, RunTreeNode run, CancellationToken cancellationToken)
    {
        List<RunTreeNode> upwards = [run];
        Guid? unseen = null, cycleAt = null;
        while (upwards[^1].ParentRunId is { } named && upwards.Count <= MaxDepth)
        {
            var parent = await FindNode(db, named, cancellationToken);
            upwards[^1] = upwards[^1] with { ParentRunId = parent?.ProcessRunId ?? named };
            if (parent is null)
            {
                unseen = named;
                break;
            }
            if (upwards.Exists(seen => seen.ProcessRunId == parent.ProcessRunId))
            {
                cycleAt = parent.ProcessRunId;
                break;
            }
            upwards.Add(parent);
        }
        var truncated = upwards.Count > MaxDepth && upwards[^1].ParentRunId is not null;
        return new(upwards.Skip(1).Reverse().ToList(), upwards[0].ParentRunId, unseen, cycleAt, truncated);
    }

    static async Task<Descendants> DescendantsAsync(LedgerDb db, RunTreeNode run, CancellationToken cancellationToken)
    {
        List<RunTreeNode> found = [];
        HashSet<Guid> seen = [run.ProcessRunId];
        List<Guid> level = [run.ProcessRunId];
        Guid? cycleAt = null;
        for (var depth = 1; level.Count > 0; depth++)
        {
            var children = await Children(db, level, MaxRuns - seen.Count + 2, cancellationToken);
            cycleAt ??= children.Find(child => seen.Contains(child.ProcessRunId))?.ProcessRunId;
            children.RemoveAll(child => seen.Contains(child.ProcessRunId));
            var room = depth > MaxDepth ? 0 : MaxRuns - seen.Count;
            found.AddRange(children.Take(room));
            seen.UnionWith(children.Take(room).Select(child => child.ProcessRunId));
            if (children.Count > room)
            {
                return new(ByParent(found), cycleAt, Truncated: true);
            }
            level = children.ConvertAll(child => child.ProcessRunId);
        }
        return new(ByParent(found), cycleAt, Truncated: false);
    }

    /// <summary>
    /// The runs that name one of these as parent, by its id or an alias, with the parent's own id put in.
    /// </summary>
    static async Task<List<RunTreeNode>> Children(
        LedgerDb db, List<Guid> parents, int count, CancellationToken cancellationToken)
    {
        var aliases = await db.RunAliases.Where(a => parents.Contains(a.ProcessRunId))
            .ToDictionaryAsync(a => a.AliasId, a => a.ProcessRunId, cancellationToken);
        var names = parents.Concat(aliases.Keys).Select(id => (Guid?)id).ToList();
        var children = await ChildrenIn(db.Runs);
        var archived = await ChildrenIn(db.ArchivedRuns);
        if (archived.Count > 0)
        {
            children = [.. children.Concat(archived).DistinctBy(child => child.ProcessRunId)
                .OrderBy(child => child.CreatedAt).ThenBy(child => child.ProcessRunId).Take(count)];
        }
        return children.ConvertAll(child => aliases.TryGetValue(child.ParentRunId!.Value, out var parent)
            ? child with { ParentRunId = parent }
            : child);

        Task<List<RunTreeNode>> ChildrenIn(IQueryable<RunRow> runs) =>
            Nodes(runs.Where(r => names.Contains(r.ParentRunId))
                .OrderBy(r => r.CreatedAt).ThenBy(r => r.ProcessRunId).Take(count)).ToListAsync(cancellationToken);
    }

    static async Task<RunTreeNode?> FindNode(LedgerDb db, Guid id, CancellationToken cancellationToken) =>
        await db.OfRun(id, Nodes, cancellationToken);

    static IQueryable<RunTreeNode> Nodes(IQueryable<RunRow> runs) => runs.Select(r => new RunTreeNode
    {
        ProcessRunId = r.ProcessRunId,
        ParentRunId = r.ParentRunId,
        ProcessCandidateCode = r.ProcessCandidateCode,
        ProcessDefinitionCode = r.ProcessDefinitionCode,
        CorrelationId = r.CorrelationId,
        Status = r.Status.Text(),
        SourceSystem = r.SourceSystem,
        ErrorRef = r.ErrorRef,
        StartedAt = r.StartedAt,
        EndedAt = r.EndedAt,
        CreatedAt = r.CreatedAt,
    });

    static ILookup<Guid, RunTreeNode> ByParent(List<RunTreeNode> runs) => runs.ToLookup(run => run.ParentRunId!.Value);

    static RunTreeNode Nest(RunTreeNode run, ILookup<Guid, RunTreeNode> byParent) => run with
    {
        Children = byParent[run.ProcessRunId].Select(child => Nest(child, byParent)).ToList(),
    };

    sealed record Ancestors(
        IReadOnlyList<RunTreeNode> Chain, Guid? Parent, Guid? Unseen, Guid? CycleAt, bool Truncated);

    sealed record Descendants(ILookup<Guid, RunTreeNode> ByParent, Guid? CycleAt, bool Truncated);
}
