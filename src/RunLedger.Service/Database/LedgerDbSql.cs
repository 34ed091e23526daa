using System.Data.Common;
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

    /// <summary>For several questions about one moment; the transaction is the caller's to dispose.</summary>
    public static async Task<(LedgerSql Sql, DbTransaction Moment)> Snapshot(
        this LedgerDb db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        var connection = db.Database.GetDbConnection();
        var moment = await db.Dialect.Snapshot(connection, cancellationToken);
        return (db.Dialect.Sql(connection, moment), moment);
    }
}
