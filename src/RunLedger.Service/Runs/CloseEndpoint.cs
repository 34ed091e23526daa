using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Actions;
using RunLedger.Service.Intake;
using RunLedger.Service.Web;

namespace RunLedger.Service.Runs;

/// <summary>Ends a run by hand.</summary>
static class CloseEndpoint
{
    public static IEndpointRouteBuilder MapClose(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/runs/{id}/close", Close).WithName("CloseRun").WithTags("Operating")
            .WithSummary("Ends a run by hand, with a reason.")
            .WithDescription("It is an observation like any other: an end of an earlier time that its producer reports "
                + "still counts, and what was said here is kept as a conflict.")
            .Accepts<CloseRequest>("application/json")
            .Produces<IntakeResult>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddEndpointFilter<OutageFilter>();
        return routes;
    }

    static async Task<IResult> Close(
        string id, HttpRequest request, [FromServices] RunClosing closing, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var runId))
            return Problem(StatusCodes.Status400BadRequest, $"'{id}' is no run's id: give a UUID.");
        CloseRequest? close;
        try
        {
            close = await request.ReadFromJsonAsync<CloseRequest>(cancellationToken);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Problem(StatusCodes.Status400BadRequest, "The body is no JSON object of status, reason and by.");
        }

        try
        {
            var (status, fault, result) = await closing.Close(
                runId, close, Operator.Of(request.HttpContext), $"POST /api/runs/{id}/close", cancellationToken);
            return result is null ? Problem(status, fault!) : TypedResults.Accepted($"/api/runs/{runId}", result);
        }
        catch (Exception e) when (IntakeOutage.Is(e))
        {
            return IntakeOutage.Answer(request.HttpContext, e);
        }
    }

    static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}
