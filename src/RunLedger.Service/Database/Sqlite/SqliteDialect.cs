using System.Data.Common;
using System.Linq.Expressions;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using RunLedger.Storage;
using RunLedger.Storage.Sqlite;

namespace RunLedger.Service.Database.Sqlite;

/// <summary>The embedded ledger's file.</summary>
sealed class SqliteDialect(string connectionString) : ReadingDialect
{
    public override string Name => $"SQLite, {new SqliteConnectionStringBuilder(connectionString).DataSource}";

    public override void Use(DbContextOptionsBuilder options) => options.UseSqlite(connectionString);

    public override void Convert(ModelConfigurationBuilder conventions)
    {
        // Converted on both sides of a comparison, so that SQLite compares and sorts the stored text.
        conventions.Properties<Guid>().HaveConversion<GuidToStringConverter>();
        conventions.Properties<DateTime>().HaveConversion<SqliteTimeConverter>();
    }

    public override void Json<T>(ModelBuilder model, Expression<Func<T, string?>> column)
    {
        // JSON is text.
    }

    public override LedgerSql Sql(DbConnection connection) => new SqliteSql(connection);

    public override LedgerSql Sql(DbConnection connection, DbTransaction transaction) =>
        new SqliteSql(connection, transaction);

    // Deferred: it takes no lock that the writer waits for.
    public override Task<DbTransaction> Snapshot(DbConnection connection, CancellationToken cancellationToken) =>
        Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: true));

    // It descends an index by the bound on the time, which is why that bound stands alone before the tie on the id.
    public override Expression<Func<DateTime, Guid, bool>> Before(DateTime at, Guid id) =>
        (rowAt, rowId) => rowAt <= at && (rowAt < at || rowId < id);

    public override Expression<Func<DateTime, Guid, bool>> After(DateTime at, Guid id) =>
        (rowAt, rowId) => rowAt >= at && (rowAt > at || rowId > id);

    public override Expression<Func<string?, bool>> Like(string pattern) =>
        text => EF.Functions.Like(text!, pattern, "\\");

    protected override string? Reason(DbException cause) => cause switch
    {
        SqliteException { SqliteErrorCode: 5 or 6 } => "Its file is locked by another program.",
        SqliteException { SqliteErrorCode: 8 or 10 or 13 or 14 } => "Its file cannot be read.",
        SqliteException { SqliteErrorCode: 1 } => "Its tables are missing or older than this service.",
        _ => null,
    };
}
