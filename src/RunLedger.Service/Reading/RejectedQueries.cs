using Microsoft.EntityFrameworkCore;
using RunLedger.GroupCommit;
using RunLedger.Intake;

namespace RunLedger.Service.Reading;

/// <summary>What was set aside. A payload may be as long as a message, so lists read the head of it only.</summary>
sealed class RejectedQueries(IDbContextFactory<LedgerDb> ledger)
{
    public const int HeadBytes = 16 * 1024;

    /// <summary>What grouping looks at, at most: the newest open rows, counted from an index alone.</summary>
    public const int MostCounted = 100_000;

    public const int MostGroups = 100;

    public static readonly IReadOnlyList<string> States = ["open", "resending", "resent", "discarded"];

    /// <param name="state">Only rows in this state; null for any.</param>
    /// <param name="fingerprint">Only open rows of this group; null for any.</param>
    public async Task<Page<RejectedHead>> ListAsync(
        string? state, string? fingerprint, PageKey? after, int limit, CancellationToken token)
    {
        await using var db = await ledger.CreateDbContextAsync(token);
        var rows = await Rows(db, state, fingerprint, after, limit + 1)
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
                r.Payload.Length))
            .ToListAsync(token);
        return Page<RejectedHead>.Of(rows, limit, head => new(head.Row.RejectedAt, head.Row.RejectedId));
    }

    /// <summary>The whole row; null where there is none of this id.</summary>
    public async Task<RejectedRow?> FindAsync(Guid id, CancellationToken token)
    {
        await using var db = await ledger.CreateDbContextAsync(token);
        return await db.Rejected.SingleOrDefaultAsync(r => r.RejectedId == id, token);
    }

    /// <summary>What is open, by contract and what is wrong.</summary>
    public async Task<RejectedGroups> GroupsAsync(CancellationToken token)
    {
        await using var db = await ledger.CreateDbContextAsync(token);
        var counts = await Open(db).Take(MostCounted)
            .GroupBy(r => r.Fingerprint)
            .Select(group => new
            {
                Fingerprint = group.Key,
                Count = group.LongCount(),
                First = group.Min(r => r.RejectedAt),
                Last = group.Max(r => r.RejectedAt),
            })
            .ToListAsync(token);
        var groups = new List<RejectedGroup>();
        // A row of an older version has no fingerprint until the service has given it one.
        foreach (var count in counts.Where(c => c.Fingerprint is not null)
            .OrderByDescending(c => c.Count).ThenByDescending(c => c.Last).Take(MostGroups))
        {
            var newest = await Open(db).Where(r => r.Fingerprint == count.Fingerprint)
                .Select(r => new { r.RejectedId, r.Contract, r.Origin, r.Reason }).FirstOrDefaultAsync(token);
            if (newest is null)
                continue;
            groups.Add(new()
            {
                Fingerprint = count.Fingerprint!,
                Contract = newest.Contract,
                Reason = ErrorShape.Of(newest.Reason),
                Count = count.Count,
                FirstSeen = count.First,
                LastSeen = count.Last,
                ExampleId = newest.RejectedId,
                ExampleOrigin = newest.Origin,
            });
        }

        return new() { Items = groups, Truncated = counts.Count > MostGroups || counts.Sum(c => c.Count) >= MostCounted };
    }

    /// <summary>The rows of a page.</summary>
    public static IQueryable<RejectedRow> Rows(LedgerDb db, string? state, string? fingerprint, PageKey? after, int count)
    {
        IQueryable<RejectedRow> rows = db.Rejected;
        // A constant, because a prepared plan could not know that an index of open rows applies.
        if (fingerprint is not null)
            rows = rows.Where(r => r.State == "open" && r.Fingerprint == fingerprint);
        else if (state is not null)
            rows = rows.Where(r => r.State == EF.Constant(state));
        return rows.OlderThan(after, db.Database.IsNpgsql()).Newest(count);
    }

    static IQueryable<RejectedRow> Open(LedgerDb db) => db.Rejected.Where(r => r.State == "open")
        .OrderByDescending(r => r.RejectedAt).ThenByDescending(r => r.RejectedId);
}
