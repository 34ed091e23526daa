using Microsoft.EntityFrameworkCore;
using RunLedger.Service.Database;

namespace RunLedger.Service.Actions;

/// <summary>What operators did.</summary>
sealed class ActionQueries(IDbContextFactory<LedgerDb> ledger)
{
    /// <param name="kind">One of <see cref="ActionNames"/>; null for all.</param>
    /// <param name="page">Which page.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<Page<OperatorActionRow>> List(
        string? kind, PageRequest page, CancellationToken cancellationToken)
    {
        await using var db = await ledger.CreateDbContextAsync(cancellationToken);
        var all = kind is null ? db.Actions : db.Actions.Where(action => action.Action == kind);
        var rows = await all.OlderThan(page.After, db.Dialect)
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
