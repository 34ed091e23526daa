using Microsoft.EntityFrameworkCore;
using RunLedger.Service.Database;

namespace RunLedger.Service.Actions;

/// <summary>What operators did.</summary>
sealed class ActionQueries(IDbContextFactory<LedgerDb> ledger)
{
    public async Task<Page<OperatorActionRow>> List(PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var rows = await db.Actions.OlderThan(page.After, db.Dialect)
            .Newest(page.Limit + 1)
            .ToListAsync(cancellationToken);
        return Page<OperatorActionRow>.From(rows, page.Limit, action => new(action.At, action.Id));
    }

    public async Task<OperatorActionRow?> Find(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        return await db.Actions.SingleOrDefaultAsync(action => action.Id == id, cancellationToken);
    }
}
