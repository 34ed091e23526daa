using Microsoft.Extensions.Options;
using RunLedger.Service.Standby;
using RunLedger.Telemetry;

namespace RunLedger.Service.Web;

/// <summary>
/// Cuts off whoever asks for something and does not take it: the answer holds memory, and a place that others wait
/// for. The server's own limit, a rate, counts what was taken before, and leaves a large answer days.
/// </summary>
sealed partial class ReaderDeadline(
    RequestDelegate next, IOptions<ReadingOptions> options, TimeProvider time, ILogger<ReaderDeadline> log)
{
    public async Task Invoke(HttpContext http)
    {
        if (!HttpMethods.IsGet(http.Request.Method) && !ReadsOnlyAttribute.Holds(http))
        {
            await next(http);
            return;
        }

        var body = http.Response.Body;
        var watched = new DeadlineStream(body, options.Value.StalledAfter, time);
        http.Response.Body = watched;
        try
        {
            await next(http);
            if (http.Response.BodyWriter.UnflushedBytes > 0)
                await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
        catch (Exception) when (watched.HasStalled)
        {
            Stalled(http.Request.Path.Value, options.Value.StalledAfter);
            http.Abort();
        }
        finally
        {
            http.Response.Body = body;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning, Message = "{Path}: its reader took nothing for {Limit} and was cut off")]
    partial void Stalled(ForeignText path, TimeSpan limit);
}
