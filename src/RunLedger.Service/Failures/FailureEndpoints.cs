using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RunLedger.Service.Actions;
using RunLedger.Service.Web;

namespace RunLedger.Service.Failures;

/// <summary>Groups of failures, and what an operator says of them.</summary>
static class FailureEndpoints
{
    /// <summary>What the form of the page leads to.</summary>
    public static readonly IReadOnlyDictionary<string, string> Outcomes = FormOutcomes.With(
        ("acknowledged", "It is acknowledged; a failure after this shows it again."));

    public static IServiceCollection AddFailures(this IServiceCollection services)
    {
        services.TryAddSingleton<FailureQueries>();
        services.TryAddSingleton<FailureActions>();
        return services;
    }

    public static IEndpointRouteBuilder MapFailures(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapReading();
        api.MapGet("/failures", ListFailures).WithName("GroupFailures")
            .WithSummary("What failed, by candidate, component and error text, with its trend.")
            .WithDescription("Texts that differ only in numbers, ids, paths and quoted text are one. Cut by endedAt. "
                + $"At most {FailureQueries.MostRead} of the newest failures of runs, and of components, are counted; "
                + "truncated says when there are more.")
            .Describes<FailureGroups>().AddOpenApiOperationTransformer(QuerySchemas.Describe)
            .WithExamples(answer: FailureExamples.Groups);
        return routes;
    }

    public static IEndpointRouteBuilder MapFailureActions(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapOperating();
        api.MapPost("/failures/{fingerprint}/acknowledge", Acknowledge).WithName("AcknowledgeFailures")
            .WithSummary("Says that somebody knows of a group of failures; a failure after that shows it again.")
            .Accepts<NoteRequest>("application/json").Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound).WithExamples(FailureExamples.Acknowledge);
        api.MapPost("/failures/{fingerprint}/note", Note).WithName("NoteFailures")
            .WithSummary("Puts a note to a group of failures, in place of the last one.")
            .Accepts<NoteRequest>("application/json").Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound).WithExamples(FailureExamples.Note);
        routes.MapForms().MapPost("/failures/{fingerprint}/acknowledge", AcknowledgeByForm);
        return routes;
    }

    static async Task<IResult> ListFailures(
        [AsParameters] FailureListQuery query,
        [FromServices] FailureQueries failures,
        [FromServices] TimeProvider time,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var since = query.Read(text, time.GetUtcNow().UtcDateTime.AddDays(-1));
        return text.Problem is { } problem
            ? problem
            : TypedResults.Json(await failures.Groups(since, cancellationToken), FailureJson.Default.FailureGroups);
    }

    static async Task<IResult> Acknowledge(
        string fingerprint,
        HttpContext http,
        [FromServices] FailureActions failures,
        CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<NoteRequest>(http.Request, cancellationToken);
        if ((problem ?? OperatorBody.Fault("note", body!.Note, required: false)) is { } fault)
            return fault;
        return await failures.Acknowledge(fingerprint, Operator.From(http), body!.Note, cancellationToken)
            ? TypedResults.NoContent()
            : Answers.Unknown("group of failures", fingerprint);
    }

    static async Task<IResult> Note(
        string fingerprint,
        HttpContext http,
        [FromServices] FailureActions failures,
        CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<NoteRequest>(http.Request, cancellationToken);
        if ((problem ?? OperatorBody.Fault("note", body!.Note, required: false)) is { } fault)
            return fault;
        if (body!.Note is null)
            return OperatorBody.Bad("note is missing; an empty one takes the last one away.");
        return await failures.Note(fingerprint, Operator.From(http), body.Note, cancellationToken)
            ? TypedResults.NoContent()
            : Answers.Unknown("group of failures", fingerprint);
    }

    static async Task<IResult> AcknowledgeByForm(
        string fingerprint,
        HttpContext http,
        [FromForm] string? note,
        FailureActions failures,
        CancellationToken cancellationToken)
    {
        if (OperatorBody.Fault("note", note, required: false) is not null)
            return FormOutcomes.Back("/failures", FormOutcomes.Reason);
        var known = await failures.Acknowledge(fingerprint, Operator.From(http), note, cancellationToken);
        return FormOutcomes.Back("/failures", known ? "acknowledged" : FormOutcomes.Gone);
    }
}
