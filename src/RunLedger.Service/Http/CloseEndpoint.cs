using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Contracts;
using RunLedger.Runs;
using RunLedger.Service.Operations;
using RunLedger.Service.Reading;

namespace RunLedger.Service.Http;

/// <summary>
/// Ends a run by hand. It is an observation like any other: a producer's own end of an earlier time still counts, and
/// this one is then kept as a conflict.
/// </summary>
static class CloseEndpoint
{
    public static IEndpointRouteBuilder MapClose(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/runs/{id}/close", CloseAsync).WithName("CloseRun").WithTags("Operating")
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

    static async Task<IResult> CloseAsync(
        string id,
        HttpRequest request,
        [FromServices] RunQueries runs,
        [FromServices] ObservationIntake intake,
        [FromServices] ActionLog actions,
        [FromServices] TimeProvider time,
        CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var runId))
            return Bad($"'{id}' is no run's id: give a UUID.");
        CloseRequest? close;
        try
        {
            close = await request.ReadFromJsonAsync<CloseRequest>(cancellationToken);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Bad("The body is no JSON object of status, reason and by.");
        }

        if (Fault(close) is { } fault)
            return Bad(fault);
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
            return TypedResults.Problem($"There is no run {id}.", statusCode: StatusCodes.Status404NotFound);
        if (run.Status is RunStatus.Completed or RunStatus.Failed or RunStatus.Cancelled)
        {
            return TypedResults.Problem(
                $"The run ended {run.Status.Text()} at {Micros.Text(run.EndedAt!.Value)}; nothing is left to close.",
                statusCode: StatusCodes.Status409Conflict);
        }

        if (await runs.ArchivedAtAsync(run.ProcessRunId, cancellationToken) is { } archived)
        {
            return TypedResults.Problem(
                $"The run was archived {Micros.Text(archived)}: bring it back with archive restore --run {run.ProcessRunId}.",
                statusCode: StatusCodes.Status409Conflict);
        }

        var message = Ending(run, close!, time.GetUtcNow());
        var line = new IntakeLine(1, message.GetType().Name, JsonSerializer.SerializeToUtf8Bytes((object)message), message, null);
        try
        {
            var result = await actions.AroundAsync(
                Operator.Of(request.HttpContext), ActionNames.Close, $"{run.ProcessRunId}", close!.Reason, new { close.Status, close.By },
                async () =>
                {
                    var taken = await intake.Take([line], $"POST /api/runs/{id}/close", cancellationToken);
                    return (taken, taken.Rejected.Count == 0 ? $"closed as {close.Status}" : $"rejected: {taken.Rejected[0].Reason}");
                },
                cancellationToken);
            return result.Rejected.Count == 0
                ? TypedResults.Accepted($"/api/runs/{run.ProcessRunId}", result)
                : Bad(result.Rejected[0].Reason);
        }
        catch (Exception e) when (IntakeOutage.Is(e))
        {
            return IntakeOutage.Answer(request.HttpContext, e);
        }
    }

    static string? Fault(CloseRequest? close) =>
        close?.Status is not ("cancelled" or "failed") ? "status is missing or unknown: send cancelled or failed."
        : string.IsNullOrWhiteSpace(close.Reason) || close.Reason.Length > 2_000 ? "reason is missing or has more than 2,000 characters."
        : string.IsNullOrWhiteSpace(close.By) || close.By.Length > 200 ? "by is missing or has more than 200 characters: say who closes it."
        : null;

    static RunObservation Ending(RunRow run, CloseRequest close, DateTimeOffset now)
    {
        var evidence = JsonSerializer.SerializeToElement(new { closedBy = close.By, reason = close.Reason });
        return close.Status == "failed"
            ? new RunFailed
            {
                ProcessRunId = run.ProcessRunId,
                ProcessCandidateCode = run.ProcessCandidateCode,
                CorrelationId = run.CorrelationId,
                SourceSystem = run.SourceSystem,
                OccurredAt = now,
                ErrorRef = $"closed by {close.By}: {close.Reason}",
                EvidenceRef = evidence,
            }
            : new RunCancelled
            {
                ProcessRunId = run.ProcessRunId,
                ProcessCandidateCode = run.ProcessCandidateCode,
                CorrelationId = run.CorrelationId,
                SourceSystem = run.SourceSystem,
                OccurredAt = now,
                EvidenceRef = evidence,
            };
    }

    static ProblemHttpResult Bad(string detail) => TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest);
}
