using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Operations;

namespace RunLedger.Service.Http;

/// <summary>
/// <c>GET /api/live</c>: server-sent events that say that something changed, not what. Whoever hears one asks again for what
/// he shows.
/// </summary>
static class LiveEndpoint
{
    /// <summary>Below the idle limit of proxies, which is seldom less than 30 seconds.</summary>
    static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    public static IEndpointRouteBuilder MapLive(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/live", ListenAsync).WithName("Live").WithTags("Reading")
            .WithSummary("Server-sent events: changed, at most once a second, when anything was committed by any replica.")
            .WithDescription("The first comes at once. The data is a number that grows. Comments come while nothing changes. "
                + $"At most {LiveChanges.MostListeners} listen to one process; the next is answered 503 with Retry-After.")
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        return routes;
    }

    static async Task ListenAsync(
        HttpContext http,
        [FromServices] LiveChanges changes,
        [FromServices] IHostApplicationLifetime lifetime,
        [FromServices] TimeProvider time)
    {
        if (!changes.TryEnter())
        {
            http.Response.Headers.RetryAfter = "5";
            await TypedResults.Problem(
                $"More than {LiveChanges.MostListeners} listen already: try again, or ask /api/overview.",
                statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(http);
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers.CacheControl = "no-store";
            // A proxy that gathers an answer would keep it for ever.
            http.Response.Headers["X-Accel-Buffering"] = "no";
            await TellAsync(http.Response, changes, time, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client has gone, or the service goes: either way the answer ends here.
        }
        finally
        {
            changes.Leave();
        }
    }

    static async Task TellAsync(HttpResponse response, LiveChanges changes, TimeProvider time, CancellationToken token)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(token);
        await using var numbers = changes.ListenAsync(over.Token).GetAsyncEnumerator(over.Token);
        var next = numbers.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                var text = ": still here\n\n";
                if (await Changed(next, time, token))
                {
                    await next;
                    text = string.Create(
                        CultureInfo.InvariantCulture, $"event: changed\nid: {numbers.Current}\ndata: {numbers.Current}\n\n");
                    next = numbers.MoveNextAsync().AsTask();
                }

                await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), token);
                await response.Body.FlushAsync(token);
            }
        }
        finally
        {
            // What is waited for has to have ended before it is let go.
            await over.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    static async Task<bool> Changed(Task next, TimeProvider time, CancellationToken token)
    {
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(token);
        await Task.WhenAny(next, Task.Delay(Quiet, time, quiet.Token));
        await quiet.CancelAsync();
        token.ThrowIfCancellationRequested();
        return next.IsCompleted;
    }
}
