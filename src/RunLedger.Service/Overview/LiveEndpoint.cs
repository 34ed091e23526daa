using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Standby;
using RunLedger.Service.Web;

namespace RunLedger.Service.Overview;

/// <summary>
/// <c>GET /api/live</c>: server-sent events that say that something changed, not what. Who hears one asks again for
/// what is shown.
/// </summary>
static class LiveEndpoint
{
    public static IEndpointRouteBuilder MapLive(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/live", Listen).WithName("Live").WithTags("Reading")
            .WithSummary(
                "Server-sent events: changed, at most once a second, when anything was committed by any replica.")
            .WithDescription("The first comes at once. The data is a number that grows. While nothing changes, "
                + "still comes every 15 seconds. So many listen to one process, and half as many of one caller; "
                + "the next is answered 429 with Retry-After.")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
            .WithMetadata(new ReadsOnlyAttribute())
            .RequireRateLimiting(ReadingLimits.Listen).ProducesProblem(StatusCodes.Status429TooManyRequests);
        return routes;
    }

    static ServerSentEventsResult<long> Listen(
        HttpContext http, [FromServices] LiveChanges changes, [FromServices] IHostApplicationLifetime lifetime)
    {
        changes.Enter();
        http.Response.OnCompleted(() =>
        {
            changes.Leave();
            return Task.CompletedTask;
        });
        // A proxy that gathers an answer would keep it for ever.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        return TypedResults.ServerSentEvents(Events(changes, lifetime.ApplicationStopping));
    }

    static async IAsyncEnumerable<SseItem<long>> Events(
        LiveChanges changes,
        CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        await foreach (var (number, changed) in changes.Listen(end.Token))
            yield return new SseItem<long>(number, changed ? "changed" : "still") { EventId = $"{number}" };
    }
}
