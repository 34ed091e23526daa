using Microsoft.EntityFrameworkCore;

namespace RunLedger.Service.Database;

/// <summary>Questions that are better asked in SQL, on the context's own connection.</summary>
static class LedgerDbSql
{
    public static async Task<LedgerSql> Sql(this LedgerDb db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        return new LedgerSql(db.Database.GetDbConnection(), null);
    }
}
