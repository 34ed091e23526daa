using System.Net.Sockets;
using System.Threading.Channels;
using MassTransit;
using RabbitMQ.Client.Exceptions;
using RunLedger.Batching;
using RunLedger.Telemetry;

namespace RunLedger.Service.Intake;

/// <summary>What keeps an observation from becoming durable and is nobody's fault who sent it.</summary>
static partial class IntakeOutage
{
    const string RetryAfterSeconds = "5";

    public static bool Is(Exception exception) => exception is
        TimeoutException or MassTransitException or RequeueException
        or RabbitMQClientException or ChannelClosedException or IOException or SocketException
        or ObjectDisposedException;

    /// <summary>503 with Retry-After, and what to look at.</summary>
    public static IResult Answer(HttpContext http, Exception cause)
    {
        var log = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(IntakeOutage));
        NotDurable(log, http.Request.Path.Value, cause.Message);
        http.Response.Headers.RetryAfter = RetryAfterSeconds;
        return TypedResults.Problem(
            (cause is MessageReturnedException
                ? "The observations are not durable yet: the broker has no queue for them. A ledger that "
                    + "starts declares it. "
                : "The observations are not durable yet: the broker or the database is away. ")
            + "Send them again; what arrived twice counts once.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} was answered with 503: {Cause}")]
    static partial void NotDurable(ILogger log, ForeignText path, ForeignText cause);
}
