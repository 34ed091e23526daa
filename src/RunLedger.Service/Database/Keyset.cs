using System.Linq.Expressions;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Database;

/// <summary>
/// Pages by key: the rows that sort behind the last one shown, so that a deep page costs what the first one does.
/// </summary>
static class Keyset
{
    public static IQueryable<RunRow> Newest(this IQueryable<RunRow> runs, int count) =>
        runs.OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.ProcessRunId).Take(count);

    /// <summary>For a page that goes back: the nearest newer rows, the oldest of them first.</summary>
    public static IQueryable<RunRow> Oldest(this IQueryable<RunRow> runs, int count) =>
        runs.OrderBy(r => r.CreatedAt).ThenBy(r => r.ProcessRunId).Take(count);

    public static IQueryable<RunRow> OlderThan(this IQueryable<RunRow> runs, PageKey? key, ReadingDialect dialect) =>
        runs.Older(key, dialect, r => r.CreatedAt, r => r.ProcessRunId);

    public static IQueryable<RunRow> NewerThan(this IQueryable<RunRow> runs, PageKey key, ReadingDialect dialect) =>
        runs.Newer(key, dialect, r => r.CreatedAt, r => r.ProcessRunId);

    public static IQueryable<RejectedRow> Newest(this IQueryable<RejectedRow> rejected, int count) =>
        rejected.OrderByDescending(r => r.RejectedAt).ThenByDescending(r => r.RejectedId).Take(count);

    public static IQueryable<RejectedRow> Oldest(this IQueryable<RejectedRow> rejected, int count) =>
        rejected.OrderBy(r => r.RejectedAt).ThenBy(r => r.RejectedId).Take(count);

    public static IQueryable<RejectedRow> OlderThan(
        this IQueryable<RejectedRow> rejected, PageKey? key, ReadingDialect dialect) =>
        rejected.Older(key, dialect, r => r.RejectedAt, r => r.RejectedId);

    public static IQueryable<RejectedRow> NewerThan(
        this IQueryable<RejectedRow> rejected, PageKey key, ReadingDialect dialect) =>
        rejected.Newer(key, dialect, r => r.RejectedAt, r => r.RejectedId);

    public static IQueryable<OperatorActionRow> Newest(this IQueryable<OperatorActionRow> actions, int count) =>
        actions.OrderByDescending(a => a.At).ThenByDescending(a => a.Id).Take(count);

    public static IQueryable<OperatorActionRow> OlderThan(
        this IQueryable<OperatorActionRow> actions, PageKey? key, ReadingDialect dialect) =>
        actions.Older(key, dialect, a => a.At, a => a.Id);

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

    static IQueryable<T> Older<T>(
        this IQueryable<T> rows, PageKey? key, ReadingDialect dialect,
        Expression<Func<T, DateTime>> at, Expression<Func<T, Guid>> id) =>
        key is { At: { } keyAt, Id: var keyId } ? rows.Where(dialect.Before(keyAt, keyId).On(at, id)) : rows;

    static IQueryable<T> Newer<T>(
        this IQueryable<T> rows, PageKey key, ReadingDialect dialect,
        Expression<Func<T, DateTime>> at, Expression<Func<T, Guid>> id) =>
        rows.Where(dialect.After(key.At!.Value, key.Id).On(at, id));
}
