using System.Data;
using System.Data.Common;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RunLedger.Storage;
using RunLedger.Storage.Postgres;

namespace RunLedger.Service.Database.Postgres;

/// <summary>PostgreSQL. The data source stays its owner's to dispose.</summary>
sealed class PostgresDialect(NpgsqlDataSource database) : ReadingDialect
{
    public override string Name => "PostgreSQL";

    public override void Use(DbContextOptionsBuilder options) => options.UseNpgsql(database);

    public override void Convert(ModelConfigurationBuilder conventions)
    {
        // uuid and timestamptz are what the provider makes of Guid and DateTime.
    }

    public override void Json<T>(ModelBuilder model, Expression<Func<T, string?>> column) =>
        model.Entity<T>().Property(column).HasColumnType("jsonb");

    public override LedgerSql Sql(DbConnection connection) => new PostgresSql(connection);

    public override LedgerSql Sql(DbConnection connection, DbTransaction transaction) =>
        new PostgresSql(connection, transaction);

    public override async Task<DbTransaction> Snapshot(DbConnection connection, CancellationToken cancellationToken) =>
        await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

    // It descends an index by a comparison of row values.
    public override Expression<Func<DateTime, Guid, bool>> Before(DateTime at, Guid id) => (rowAt, rowId) =>
        EF.Functions.LessThan(ValueTuple.Create(rowAt, rowId), ValueTuple.Create(at, id));

    public override Expression<Func<DateTime, Guid, bool>> After(DateTime at, Guid id) => (rowAt, rowId) =>
        EF.Functions.GreaterThan(ValueTuple.Create(rowAt, rowId), ValueTuple.Create(at, id));

    public override Expression<Func<string?, bool>> Like(string pattern) =>
        text => EF.Functions.ILike(text!, pattern, "\\");

    protected override string? Reason(DbException cause) => cause switch
    {
        PostgresException { SqlState: var state } when LacksSchema(state) =>
            "Its tables are missing or older than this service: run 'schema apply'.",
        PostgresException { SqlState: var state } when IsCancelled(state) =>
            "It gave up the question, which took too long or was cancelled there. Ask for less.",
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } =>
            "Its role may not do what this service does: run infra/postgres/role.sql again.",
        PostgresException { SqlState: var state } =>
            IsOutage(state) ? "It is starting, stopping, full or not to be entered." : null,
        NpgsqlException => "It cannot be reached. Nothing is lost: observations wait in the queue.",
        _ => null,
    };

    /// <summary>
    /// Whether the server is away. Classes of SQLSTATE: connection, authorization, no such database, resources,
    /// operator, system; but a question that was cancelled, as by statement_timeout, was too much for a server.
    /// </summary>
    public static bool IsOutage(string state) =>
        state[..2] is "08" or "28" or "3D" or "53" or "57" or "58" && !IsCancelled(state);

    /// <summary>Whether a table or a column is missing.</summary>
    public static bool LacksSchema(string state) =>
        state is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn;

    static bool IsCancelled(string state) => state == PostgresErrorCodes.QueryCanceled;
}
