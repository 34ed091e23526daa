using Microsoft.EntityFrameworkCore;
using RunLedger.Service.Database;

namespace RunLedger.Service.Query;

/// <summary>Statements that were saved.</summary>
sealed class SavedQueries(IDbContextFactory<LedgerDb> databases)
{
    /// <summary>By name.</summary>
    public async Task<IReadOnlyList<SavedQuery>> List(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        return await sql.List(
            "select name, sql, saved_by, saved_at from saved_query order by name limit @most",
            row => new SavedQuery(row.GetString(0), row.GetString(1), row.GetString(2), row.GetTime(3)),
            cancellationToken, ("most", SavedQuery.Most));
    }
}
