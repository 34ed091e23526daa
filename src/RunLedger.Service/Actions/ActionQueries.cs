using Microsoft.EntityFrameworkCore;
using RunLedger.Service.Database;
using RunLedger.Service.Web;

namespace RunLedger.Service.Actions;

/// <summary>What people did.</summary>
sealed class ActionQueries(IDbContextFactory<LedgerDb> ledger)
{
    public async Task<Page<OperatorAction>> List(PageKey? after, int limit, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var rows = await db.Actions.OlderThan(after, db.Database.IsNpgsql()).Newest(limit + 1).ToListAsync(cancellationToken);
        return Page<OperatorAction>.Of(rows, limit, action => new(action.At, action.Id));
    }

    public async Task<OperatorAction?> Find(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        return await db.Actions.SingleOrDefaultAsync(action => action.Id == id, cancellationToken);
    }
}
