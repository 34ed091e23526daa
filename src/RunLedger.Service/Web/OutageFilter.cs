using RunLedger.Service.Database;
using RunLedger.Telemetry;

namespace RunLedger.Service.Web;

/// <summary>
/// Answers 503 while the database cannot, and says whether waiting helps; everything else stays an error of ours.
/// </summary>
sealed partial class OutageFilter(ReadingDialect database, ILogger<OutageFilter> log) : IEndpointFilter
{
    const string RetryAfterSeconds = "5";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        // An answer that has begun cannot become another one: its reader sees that it ends in the middle.
        catch (Exception exception) when (!context.HttpContext.Response.HasStarted
            && database.Outage(exception) is { } reason)
        {
            DatabaseAway(context.HttpContext.Request.Path.Value, ReadingDialect.Cause(exception)!.Message);
            context.HttpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
            return TypedResults.Problem(
                reason,
                statusCode: StatusCodes.Status503ServiceUnavailable,
                title: "The ledger's database cannot answer.");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} was answered with 503: {Cause}")]
    partial void DatabaseAway(ForeignText path, ForeignText cause);
}
