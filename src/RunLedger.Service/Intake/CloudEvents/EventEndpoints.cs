using System.Globalization;
using RunLedger.Telemetry;

namespace RunLedger.Service.Intake.CloudEvents;

/// <summary>The route of CloudEvents, in binary, structured and batched mode.</summary>
static class EventEndpoints
{
    /// <summary>Where events that were set aside came from.</summary>
    public const string Origin = "POST /api/cloudevents";

    const string TypeHeader = "ce-type";
    const string Format = "application/cloudevents";
    const string Event = "application/cloudevents+json";
    const string Batch = "application/cloudevents-batch+json";

    public static IEndpointRouteBuilder MapCloudEvents(this IEndpointRouteBuilder routes)
    {
        var route = routes.MapPost("/api/cloudevents", Events).WithName("TakeCloudEvents").WithTags("Intake")
            .RequireRateLimiting(IntakeRateLimits.Policy)
            .WithSummary("Takes CloudEvents over HTTP: binary, structured, or a batch.")
            .WithDescription(
                "CDEvents of `pipelineRun`, `taskRun` and `testSuiteRun` become runs and components, events whose type "
                    + "is a contract of the ledger what they say; others are answered as ignored.")
            .AddOpenApiOperationTransformer(IntakeSchemas.Bodies(Event, Batch, "application/json"))
            .Produces<IntakeResult>(StatusCodes.Status202Accepted);
        foreach (var status in (int[])[400, 408, 413, 415, 429, 503])
            route.ProducesProblem(status);
        return routes;
    }

    static async Task<IResult> Events(HttpRequest request, IntakeRequests requests, LedgerMeter meter)
    {
        using var body = requests.Body(request.HttpContext);
        var type = request.Headers[TypeHeader].ToString();
        // Structured mode counts where both say something: its headers are copies of what is in the event.
        var binary = type.Length > 0
            && request.ContentType?.StartsWith(Format, StringComparison.OrdinalIgnoreCase) is not true;
        return await requests.Take(
            body,
            part => binary ? EventLine.Binary(part, type) : EventLine.Structured(part),
            Origin,
            result =>
            {
                meter.Witnessed(
                    Witness.CloudEvents,
                    result.Accepted + result.Ignored.Count + result.Rejected.Count,
                    result.Accepted,
                    result.Rejected.Count);
                return Answer(result);
            });
    }

    static IResult Answer(IntakeResult result) =>
        result.Accepted + result.Ignored.Count > 0
            ? TypedResults.Accepted((string?)null, result)
            : TypedResults.Problem(
                result.Rejected.Count == 0
                    ? "The body is empty: send a CloudEvent as JSON, or its data with the header ce-type."
                    : string.Create(
                        CultureInfo.InvariantCulture, $"None of the {result.Rejected.Count} events can be taken."),
                statusCode: StatusCodes.Status400BadRequest,
                extensions: new Dictionary<string, object?> { ["accepted"] = 0, ["rejected"] = result.Rejected });
}
