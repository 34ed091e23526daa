using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace RunLedger.Service.Web;

/// <summary>
/// Answers 503 while the database cannot, and says whether waiting helps; everything else stays an error of ours.
/// </summary>
sealed partial class OutageFilter(ILogger<OutageFilter> log) : IEndpointFilter
{
    const string RetryAfterSeconds = "5";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception exception) when (Cause(exception) is { } cause && Reason(cause) is { } reason)
        {
            DatabaseAway(context.HttpContext.Request.Path, cause.Message);
            context.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            return TypedResults.Problem(
                reason,
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "The ledger's database cannot answer.");
        }
    }

    /// <summary>What keeps the database from answering, in words; null for everything else.</summary>
    public static string? Why(Exception exception) => Cause(exception) is { } cause ? Reason(cause) : null;

    // EF Core wraps what it takes for transient.
    static DbException? Cause(Exception? exception) => exception switch
    {
        null => null,
        DbException cause => cause,
        _ => Cause(exception.InnerException),
    };

    static string? Reason(DbException cause) => cause switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn } =>
            "Its tables are missing or older than this service: run 'schema apply'.",
        PostgresException { SqlState: var state } =>
            Away(state) ? "It is starting, stopping, full or not to be entered." : null,
        NpgsqlException => "It cannot be reached. Nothing is lost: observations wait in the queue.",
        SqliteException { SqliteErrorCode: 5 or 6 } => "Its file is locked by another program.",
        SqliteException { SqliteErrorCode: 8 or 10 or 13 or 14 } => "Its file cannot be read.",
        SqliteException { SqliteErrorCode: 1 } => "Its tables are missing or older than this service.",
        _ => null,
    };

    // Classes of SQLSTATE: connection, authorization, no such database, resources, operator, system.
    static bool Away(string state) => state[..2] is "08" or "28" or "3D" or "53" or "57" or "58";

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} was answered with 503: {Cause}")]
    partial void DatabaseAway(string path, string cause);
}
