using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Mvc;

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
                + $"still comes every 15 seconds. At most {LiveChanges.MostListeners} listen to one process; "
                + "the next is answered 503 with Retry-After.")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return routes;
    }

    static IResult Listen(
        HttpContext http, [FromServices] LiveChanges changes, [FromServices] IHostApplicationLifetime lifetime)
    {
        if (!changes.TryEnter())
        {
            http.Response.Headers.RetryAfter = "5";
            return TypedResults.Problem(
                $"More than {LiveChanges.MostListeners} listen already: try again, or ask /api/overview.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }

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
