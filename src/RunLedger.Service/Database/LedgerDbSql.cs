using Microsoft.EntityFrameworkCore;
using RunLedger.Storage;
using RunLedger.Storage.Postgres;
using RunLedger.Storage.Sqlite;

namespace RunLedger.Service.Database;

/// <summary>Questions that are better asked in SQL, on the context's own connection.</summary>
static class LedgerDbSql
{
    public static async Task<LedgerSql> Sql(this LedgerDb db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        var connection = db.Database.GetDbConnection();
        return db.Database.IsNpgsql() ? new PostgresSql(connection) : new SqliteSql(connection);
    }
}
