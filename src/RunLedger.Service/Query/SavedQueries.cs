using Microsoft.EntityFrameworkCore;
using RunLedger.Service.Database;
using RunLedger.Storage;

namespace RunLedger.Service.Query;

/// <summary>Statements that were saved.</summary>
sealed class SavedQueries(IDbContextFactory<LedgerDb> databases)
{
    const string Columns = "name, sql, saved_by, saved_at";

    /// <summary>By name.</summary>
    public async Task<IReadOnlyList<SavedQuery>> List(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        return await sql.List(
            $"select {Columns} from saved_query order by name limit @most", Read, cancellationToken,
            ("most", SavedQuery.Most));
    }

    /// <summary>One of them.</summary>
    public async Task<SavedQuery?> Find(string name, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var sql = await db.Sql(cancellationToken);
        return (await sql.List(
            $"select {Columns} from saved_query where name = @name", Read, cancellationToken, ("name", name)))
            .FirstOrDefault();
    }

    static SavedQuery Read(StoredRow row) => new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetTime(3));
}
