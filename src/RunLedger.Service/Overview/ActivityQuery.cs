using Microsoft.EntityFrameworkCore;
using RunLedger.Folding;
using RunLedger.Service.Database;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Overview;

/// <summary>The latest changes of runs, each from an index.</summary>
sealed class ActivityQuery(IDbContextFactory<LedgerDb> ledger)
{
    public async Task<IReadOnlyList<Change>> Latest(int count, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var begun = await db.Runs.Newest(count)
            .Select(r => new Change
            {
                At = r.CreatedAt,
                What = "new",
                ProcessRunId = r.ProcessRunId,
                Candidate = r.ProcessCandidateCode,
                Status = r.Status.Text(),
                ErrorRef = r.ErrorRef,
            })
            .ToListAsync(cancellationToken);
        var settled = await Settled(db, count)
            .Select(r => new Change
            {
                At = r.SettledAt!.Value,
                What = "settled",
                ProcessRunId = r.ProcessRunId,
                Candidate = r.ProcessCandidateCode,
                Status = r.Status.Text(),
                ErrorRef = r.ErrorRef,
            })
            .ToListAsync(cancellationToken);
        return [.. begun.Concat(settled).OrderByDescending(change => change.At).Take(count)];
    }

    public static IQueryable<RunRow> Settled(LedgerDb db, int count) => db.Runs.Where(r => r.SettledAt != null)
        .OrderByDescending(r => r.SettledAt).ThenByDescending(r => r.ProcessRunId).Take(count);
}
