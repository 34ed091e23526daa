using Microsoft.EntityFrameworkCore;
using RunLedger.GroupCommit;

namespace RunLedger.Service.Reading;

/// <summary>What was set aside. A payload may be as long as a message, so lists read the head of it only.</summary>
sealed class RejectedQueries(IDbContextFactory<LedgerDb> ledger)
{
    public const int HeadBytes = 16 * 1024;

    public async Task<Page<RejectedHead>> ListAsync(PageKey? after, int limit, CancellationToken token)
    {
        await using var db = await ledger.CreateDbContextAsync(token);
        var rows = await db.Rejected.OlderThan(after, db.Database.IsNpgsql()).Newest(limit + 1)
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
    public Task<RejectedGroups> GroupsAsync(CancellationToken token) => throw new NotImplementedException();
}
