using Microsoft.EntityFrameworkCore;
using RunLedger.Storage;

namespace RunLedger.Service.Database;

/// <summary>Questions that are better asked in SQL, on the context's own connection.</summary>
static class LedgerDbSql
{
    public static async Task<LedgerSql> Sql(this LedgerDb db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        return db.Dialect.Sql(db.Database.GetDbConnection());
    }
}
