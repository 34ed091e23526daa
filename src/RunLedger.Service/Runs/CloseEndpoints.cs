using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Actions;
using RunLedger.Service.Intake;
using RunLedger.Service.Standby;
using RunLedger.Service.Web;

namespace RunLedger.Service.Runs;

/// <summary>Ends a run by hand: from the API, and from the form of its page.</summary>
static class CloseEndpoints
{
    const string Example = """{ "status": "cancelled", "reason": "its host is gone", "by": "ann" }""";

    /// <summary>What the form of the page leads to.</summary>
    public static readonly IReadOnlyDictionary<string, string> Outcomes = FormOutcomes.With(
        ("closed", "The run is closed."),
        ("queued", "The end of the run is in the queue; it shows when the ledger has taken it."),
        ("over", "The run had ended, or was archived, before: nothing was left to close."),
        ("refused", "It was refused: the reason is among what is set aside."));

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
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .AddEndpointFilter<OutageFilter>().AddEndpointFilter<OwnActionFilter>().WithExamples(Example);
        routes.MapForms().MapPost("/runs/{id:guid}/close", CloseByForm);
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
            var outcome = await closing.Close(
                runId, close, Operator.From(request.HttpContext), $"POST /api/runs/{id}/close", cancellationToken);
            return outcome.Result switch
            {
                CloseResult.Closed => TypedResults.Accepted($"/api/runs/{runId}", outcome.Intake),
                CloseResult.NotFound => Problem(StatusCodes.Status404NotFound, outcome.Fault!),
                CloseResult.AlreadyOver => Problem(StatusCodes.Status409Conflict, outcome.Fault!),
                _ => Problem(StatusCodes.Status400BadRequest, outcome.Fault!),
            };
        }
        catch (Exception e) when (IntakeOutage.Is(e))
        {
            return IntakeOutage.Answer(request.HttpContext, e);
        }
    }

    static async Task<IResult> CloseByForm(
        Guid id,
        HttpContext http,
        [FromForm] string? status,
        [FromForm] string? reason,
        RunClosing closing,
        CancellationToken cancellationToken)
    {
        var by = Operator.From(http);
        var outcome = await closing.Close(
            id, new CloseRequest(status, reason, by), by, $"POST /runs/{id}/close", cancellationToken);
        return FormOutcomes.Back($"/runs/{id}", outcome.Result switch
        {
            CloseResult.Closed => closing.AwaitsCommit ? "closed" : "queued",
            CloseResult.AlreadyOver => "over",
            CloseResult.NotFound => FormOutcomes.Gone,
            _ => OperatorBody.Fault("reason", reason, required: true) is not null ? FormOutcomes.Reason : "refused",
        });
    }

    static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}
