using System.Data.Common;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using RunLedger.Storage;

namespace RunLedger.Service.Database;

/// <summary>
/// All that differs between the databases the ledger can be read from. Each is a folder below this one.
/// </summary>
abstract class ReadingDialect
{
    /// <summary>The database as the page and the log name it.</summary>
    public abstract string Name { get; }

    /// <summary>Connects a context.</summary>
    public abstract void Use(DbContextOptionsBuilder options);

    /// <summary>How ids and times are stored.</summary>
    public abstract void Convert(ModelConfigurationBuilder conventions);

    /// <summary>Gives a column of JSON its type.</summary>
    public abstract void Json<T>(ModelBuilder model, Expression<Func<T, string?>> column)
        where T : class;

    /// <summary>SQL on the connection of a context.</summary>
    public abstract LedgerSql Sql(DbConnection connection);

    /// <summary>A transaction whose statements all see what the first one does, and that holds up nobody.</summary>
    public abstract Task<DbTransaction> Snapshot(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>SQL within a transaction of the connection.</summary>
    public abstract LedgerSql Sql(DbConnection connection, DbTransaction transaction);

    /// <summary>The rows whose time and id sort before these, in the form that descends an index.</summary>
    public abstract Expression<Func<DateTime, Guid, bool>> Before(DateTime at, Guid id);

    /// <summary>The rows whose time and id sort behind these.</summary>
    public abstract Expression<Func<DateTime, Guid, bool>> After(DateTime at, Guid id);

    /// <summary>The texts of a pattern with % and _, whatever their case; a backslash escapes.</summary>
    public abstract Expression<Func<string?, bool>> Like(string pattern);

    /// <summary>Why the database cannot answer, in words; null where that is not what happened.</summary>
    public string? Outage(Exception exception) => Cause(exception) is { } cause ? Reason(cause) : null;

    /// <summary>What the database said; EF Core wraps what it takes for transient.</summary>
    public static DbException? Cause(Exception? exception) => exception switch
    {
        null => null,
        DbException cause => cause,
        _ => Cause(exception.InnerException),
    };

    protected abstract string? Reason(DbException cause);
}
