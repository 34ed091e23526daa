using Microsoft.EntityFrameworkCore;
using RunLedger.Service.Actions;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Database;

/// <summary>
/// Pages by key: the rows that sort behind the last one shown, so that a deep page costs what the first one does.
/// PostgreSQL descends its index with a row-value comparison; SQLite with the bound on the time, which is why that
/// bound stands alone before the tie on the id.
/// </summary>
static class Keyset
{
    public static IQueryable<RunRow> Newest(this IQueryable<RunRow> runs, int count) =>
        runs.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.ProcessRunId).Take(count);

    public static IQueryable<RejectedRow> Newest(this IQueryable<RejectedRow> rejected, int count) =>
        rejected.OrderByDescending(r => r.RejectedAt).ThenByDescending(r => r.RejectedId).Take(count);

    public static IQueryable<RunRow> OlderThan(this IQueryable<RunRow> runs, PageKey? key, bool rowValues)
    {
        if (key is not { At: { } at, Id: var id })
        {
            return runs;
        }
        return rowValues
            ? runs.Where(r => EF.Functions.LessThan(
                ValueTuple.Create(r.CreatedAt, r.ProcessRunId), ValueTuple.Create(at, id)))
            : runs.Where(r => r.CreatedAt <= at && (r.CreatedAt < at || r.ProcessRunId < id));
    }

    /// <summary>For a page that goes back: the nearest newer rows, the oldest of them first.</summary>
    public static IQueryable<RunRow> Oldest(this IQueryable<RunRow> runs, int count) =>
        runs.OrderBy(r => r.CreatedAt).ThenBy(r => r.ProcessRunId).Take(count);

    public static IQueryable<RunRow> NewerThan(this IQueryable<RunRow> runs, PageKey key, bool rowValues)
    {
        var (at, id) = (key.At!.Value, key.Id);
        return rowValues
            ? runs.Where(r => EF.Functions.GreaterThan(
                ValueTuple.Create(r.CreatedAt, r.ProcessRunId), ValueTuple.Create(at, id)))
            : runs.Where(r => r.CreatedAt >= at && (r.CreatedAt > at || r.ProcessRunId > id));
    }

    public static IQueryable<RejectedRow> OlderThan(this IQueryable<RejectedRow> rejected, PageKey? key, bool rowValues)
    {
        if (key is not { At: { } at, Id: var id })
        {
            return rejected;
        }
        return rowValues
            ? rejected.Where(r => EF.Functions.LessThan(
                ValueTuple.Create(r.RejectedAt, r.RejectedId), ValueTuple.Create(at, id)))
            : rejected.Where(r => r.RejectedAt <= at && (r.RejectedAt < at || r.RejectedId < id));
    }

    public static IQueryable<RejectedRow> Oldest(this IQueryable<RejectedRow> rejected, int count) =>
        rejected.OrderBy(r => r.RejectedAt).ThenBy(r => r.RejectedId).Take(count);

    public static IQueryable<RejectedRow> NewerThan(this IQueryable<RejectedRow> rejected, PageKey key, bool rowValues)
    {
        var (at, id) = (key.At!.Value, key.Id);
        return rowValues
            ? rejected.Where(r => EF.Functions.GreaterThan(
                ValueTuple.Create(r.RejectedAt, r.RejectedId), ValueTuple.Create(at, id)))
            : rejected.Where(r => r.RejectedAt >= at && (r.RejectedAt > at || r.RejectedId > id));
    }

    public static IQueryable<OperatorAction> Newest(this IQueryable<OperatorAction> actions, int count) =>
        actions.OrderByDescending(a => a.At).ThenByDescending(a => a.Id).Take(count);

    public static IQueryable<OperatorAction> OlderThan(this IQueryable<OperatorAction> actions, PageKey? key, bool rowValues)
    {
        if (key is not { At: { } at, Id: var id })
        {
            return actions;
        }
        return rowValues
            ? actions.Where(a => EF.Functions.LessThan(ValueTuple.Create(a.At, a.Id), ValueTuple.Create(at, id)))
            : actions.Where(a => a.At <= at && (a.At < at || a.Id < id));
    }

    /// <summary>
    /// In the order they started; those that did not start last. A run's components are few enough to sort.
    /// </summary>
    public static IQueryable<ComponentRow> InOrder(this IQueryable<ComponentRow> components, int count) => components
        .OrderBy(c => c.StartedAt == null).ThenBy(c => c.StartedAt).ThenBy(c => c.ComponentRunId).Take(count);

    public static IQueryable<ComponentRow> After(this IQueryable<ComponentRow> components, PageKey? key) => key switch
    {
        null => components,
        { At: { } at, Id: var id } => components.Where(
            c => c.StartedAt == null || c.StartedAt > at || (c.StartedAt == at && c.ComponentRunId > id)),
        { Id: var id } => components.Where(c => c.StartedAt == null && c.ComponentRunId > id),
    };
}
