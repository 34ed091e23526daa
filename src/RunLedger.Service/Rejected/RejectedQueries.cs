using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RunLedger.Intake;
using RunLedger.Service.Database;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Rejected;

/// <summary>What was rejected. A payload may be as long as a message, so lists read the head of it only.</summary>
sealed class RejectedQueries(IDbContextFactory<LedgerDb> ledger, IOptions<ReadingOptions> options)
{
    public const int HeadBytes = 16 * 1024;

    /// <summary>What grouping looks at, at most: the newest open rows, counted from an index alone.</summary>
    public const int MostCounted = 100_000;

    public const int MostGroups = 100;

    public static readonly IReadOnlyList<string> States = ["open", "resending", "resent", "discarded"];

    /// <summary>A page of rejected rows, newest first, whichever way it is turned.</summary>
    public async Task<Page<RejectedHead>> List(
        RejectedFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        if (page.Before is { } before)
        {
            var newer = await Read(Of(db, filter).NewerThan(before, db.Dialect).Oldest(page.Limit + 1));
            return Page<RejectedHead>.Back(newer.Rows, newer.Limit, Key);
        }

        var (rows, limit) = await Read(Rows(db, filter, page.After, page.Limit + 1));
        return Page<RejectedHead>.From(rows, limit, Key) with
        {
            Previous = page.After is not null && rows.Count > 0 ? Key(rows[0]) : null,
        };

        Task<(List<RejectedHead> Rows, int Limit)> Read(IQueryable<RejectedRow> rejected) => Heads(rejected).Read(
            page.Limit,
            options.Value.PageBytes,
            head => head.Row.Payload.Length + head.Row.Reason.Length,
            cancellationToken);
    }

    static PageKey Key(RejectedHead head) => new(head.Row.RejectedAt, head.Row.RejectedId);

    static IQueryable<RejectedHead> Heads(IQueryable<RejectedRow> rows) => rows
        .Select(r => new RejectedHead(
            new RejectedRow
            {
                RejectedId = r.RejectedId,
                Contract = r.Contract,
                Origin = r.Origin,
                ContentType = r.ContentType,
                Payload = LedgerDb.Head(r.Payload, 1, HeadBytes) ?? Array.Empty<byte>(),
                Reason = r.Reason,
                RejectedAt = r.RejectedAt,
                Fingerprint = r.Fingerprint,
                State = r.State,
                ActionId = r.ActionId,
                HandledAt = r.HandledAt,
                HandledBy = r.HandledBy,
                HandledReason = r.HandledReason,
                Outcome = r.Outcome,
            },
            r.Payload.Length));

    /// <summary>The whole row; null where there is none of this id.</summary>
    public async Task<RejectedRow?> Find(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        return await db.Rejected.SingleOrDefaultAsync(r => r.RejectedId == id, cancellationToken);
    }

    /// <summary>What is open, by contract and what is wrong.</summary>
    public async Task<RejectedGroups> Groups(CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var counts = await Counts(Open(db), cancellationToken);
        var groups = new List<RejectedGroup>();
        // A row of an older version has no fingerprint until the service has given it one.
        foreach (var count in counts.Where(c => c.Fingerprint is not null)
            .OrderByDescending(c => c.Count).ThenByDescending(c => c.Last).Take(MostGroups))
        {
            if (await Group(db, count, cancellationToken) is { } group)
                groups.Add(group);
        }

        return new()
        {
            Items = groups,
            Truncated = counts.Count > MostGroups || counts.Sum(c => c.Count) >= MostCounted,
        };
    }

    /// <summary>One group; null where nothing of it is open.</summary>
    public async Task<RejectedGroup?> Group(string fingerprint, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        return await Counts(Open(db).Where(r => r.Fingerprint == fingerprint), cancellationToken) is [var count]
            ? await Group(db, count, cancellationToken)
            : null;
    }

    static Task<List<Counted>> Counts(IQueryable<RejectedRow> open, CancellationToken cancellationToken) =>
        open.Take(MostCounted)
            .GroupBy(r => r.Fingerprint)
            .Select(group =>
                new Counted(group.Key, group.LongCount(), group.Min(r => r.RejectedAt), group.Max(r => r.RejectedAt)))
            .ToListAsync(cancellationToken);

    static async Task<RejectedGroup?> Group(LedgerDb db, Counted count, CancellationToken cancellationToken) =>
        await Open(db).Where(r => r.Fingerprint == count.Fingerprint)
            .Select(r => new { r.RejectedId, r.Contract, r.Origin, r.Reason })
            .FirstOrDefaultAsync(cancellationToken) is { } newest
            ? new()
            {
                Fingerprint = count.Fingerprint!,
                Contract = newest.Contract,
                Reason = ErrorShape.Of(newest.Reason),
                Count = count.Count,
                FirstSeen = count.First,
                LastSeen = count.Last,
                ExampleId = newest.RejectedId,
                ExampleOrigin = newest.Origin,
            }
            : null;

    /// <summary>The rows of a page.</summary>
    public static IQueryable<RejectedRow> Rows(LedgerDb db, RejectedFilter filter, PageKey? after, int count) =>
        Of(db, filter).OlderThan(after, db.Dialect).Newest(count);

    // A constant, because a prepared plan could not know that an index of open rows applies.
    static IQueryable<RejectedRow> Of(LedgerDb db, RejectedFilter filter) =>
        filter.Fingerprint is { } fingerprint
            ? db.Rejected.Where(r => r.State == "open" && r.Fingerprint == fingerprint)
        : filter.State is { } state ? db.Rejected.Where(r => r.State == EF.Constant(state))
        : db.Rejected;

    static IQueryable<RejectedRow> Open(LedgerDb db) => db.Rejected.Where(r => r.State == "open")
        .OrderByDescending(r => r.RejectedAt).ThenByDescending(r => r.RejectedId);

    sealed record Counted(string? Fingerprint, long Count, DateTime First, DateTime Last);
}
