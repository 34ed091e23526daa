using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Actions;
using RunLedger.Service.Failures;
using RunLedger.Service.Web;

namespace RunLedger.Service.Rejected;

/// <summary>What an operator does.</summary>
static class OperationEndpoints
{
    /// <summary>Maps what needs <c>AddOperations</c>: rejected rows sent again or discarded, failures acknowledged.</summary>
    public static IEndpointRouteBuilder MapOperations(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api").WithTags("Operating")
            .AddEndpointFilter<OutageFilter>().ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .ProducesProblem(StatusCodes.Status400BadRequest);
        api.MapPost("/rejected/{id}/resend", Resend).WithName("ResendRejected")
            .WithSummary("Sends one rejected observation again, as it came or corrected.")
            .WithDescription("It goes through the intake like any other; what arrives twice counts once. The row stays and "
                + "says what became of it.")
            .Accepts<ResendRequest>("application/json").Produces<ResendOutcome>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/rejected/resend", ResendGroup).WithName("ResendRejectedGroup")
            .WithSummary("Sends a group of rejected observations again, or all that are open.")
            .WithDescription("The service goes on by itself, also after a restart: /api/actions/{id} says how far it is.")
            .Accepts<GroupRequest>("application/json").Produces<GroupWork>(StatusCodes.Status202Accepted);
        api.MapPost("/rejected/{id}/discard", Discard).WithName("DiscardRejected")
            .WithSummary("Discards one rejected observation. The row stays and says by whom and why.")
            .Accepts<ReasonRequest>("application/json").Produces<ResendOutcome>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/rejected/discard", DiscardGroup).WithName("DiscardRejectedGroup")
            .WithSummary("Discards a group of rejected observations.")
            .Accepts<GroupRequest>("application/json").Produces<GroupWork>(StatusCodes.Status202Accepted);
        api.MapPost("/failures/{fingerprint}/acknowledge", Acknowledge).WithName("AcknowledgeFailures")
            .WithSummary("Says that somebody knows of a group of failures; a failure after that shows it again.")
            .Accepts<NoteRequest>("application/json").Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/failures/{fingerprint}/note", Note).WithName("NoteFailures")
            .WithSummary("Puts a note to a group of failures, in place of the last one.")
            .Accepts<NoteRequest>("application/json").Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
        return routes;
    }

    static async Task<IResult> Resend(
        string id, HttpContext http, [FromServices] RejectedWork work, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var row))
            return OperatorBody.Bad($"'{id}' is no id of a rejected observation: give a UUID.");
        var (body, problem) = await OperatorBody.Read<ResendRequest>(http.Request, cancellationToken);
        if ((problem ?? OperatorBody.Fault("reason", body!.Reason, required: false)) is { } fault)
            return fault;
        byte[]? corrected;
        try
        {
            corrected = Corrected(body!);
        }
        catch (FormatException)
        {
            return OperatorBody.Bad("payloadBase64 is no base64.");
        }

        return await work.Resend(row, corrected, Operator.Of(http), body!.Reason, cancellationToken) is { } outcome
            ? TypedResults.Json(outcome, ReadingJson.Default.ResendOutcome)
            : Unknown("rejected observation", id);
    }

    static async Task<IResult> ResendGroup(HttpContext http, [FromServices] RejectedWork work, CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<GroupRequest>(http.Request, cancellationToken);
        if ((problem ?? Fault(body!) ?? OperatorBody.Fault("reason", body!.Reason, required: false)) is { } fault)
            return fault;
        return Accepted(await work.ResendGroup(body!.Fingerprint, body.Until, Operator.Of(http), body.Reason, cancellationToken));
    }

    static async Task<IResult> Discard(
        string id, HttpContext http, [FromServices] RejectedWork work, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var row))
            return OperatorBody.Bad($"'{id}' is no id of a rejected observation: give a UUID.");
        var (body, problem) = await OperatorBody.Read<ReasonRequest>(http.Request, cancellationToken);
        if ((problem ?? OperatorBody.Fault("reason", body!.Reason, required: true)) is { } fault)
            return fault;
        return await work.Discard(row, Operator.Of(http), body!.Reason!, cancellationToken) is { } outcome
            ? TypedResults.Json(outcome, ReadingJson.Default.ResendOutcome)
            : Unknown("rejected observation", id);
    }

    static async Task<IResult> DiscardGroup(HttpContext http, [FromServices] RejectedWork work, CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<GroupRequest>(http.Request, cancellationToken);
        if ((problem ?? OperatorBody.Fault("reason", body!.Reason, required: true)) is { } fault)
            return fault;
        if (string.IsNullOrEmpty(body!.Fingerprint) || body.All is true)
            return OperatorBody.Bad("fingerprint is missing: discard one group at a time, a fingerprint of /api/rejected/groups.");
        return Accepted(await work.DiscardGroup(body.Fingerprint, body.Until, Operator.Of(http), body.Reason!, cancellationToken));
    }

    static async Task<IResult> Acknowledge(
        string fingerprint, HttpContext http, [FromServices] FailureWork work, CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<NoteRequest>(http.Request, cancellationToken);
        if ((problem ?? OperatorBody.Fault("note", body!.Note, required: false)) is { } fault)
            return fault;
        return await work.Acknowledge(fingerprint, Operator.Of(http), body!.Note, cancellationToken)
            ? TypedResults.NoContent()
            : Unknown("group of failures", fingerprint);
    }

    static async Task<IResult> Note(
        string fingerprint, HttpContext http, [FromServices] FailureWork work, CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<NoteRequest>(http.Request, cancellationToken);
        if ((problem ?? OperatorBody.Fault("note", body!.Note, required: false)) is { } fault)
            return fault;
        if (body!.Note is null)
            return OperatorBody.Bad("note is missing; an empty one takes the last one away.");
        return await work.Note(fingerprint, Operator.Of(http), body.Note, cancellationToken)
            ? TypedResults.NoContent()
            : Unknown("group of failures", fingerprint);
    }

    static byte[]? Corrected(ResendRequest body) =>
        body.PayloadBase64 is { } base64 ? Convert.FromBase64String(base64)
        : body.Payload is not { ValueKind: not JsonValueKind.Null } payload ? null
        : Encoding.UTF8.GetBytes(payload.ValueKind == JsonValueKind.String ? payload.GetString()! : payload.GetRawText());

    static ProblemHttpResult? Fault(GroupRequest body) =>
        string.IsNullOrEmpty(body.Fingerprint) == body.All is not true
            ? OperatorBody.Bad("Say what to send again: either fingerprint, one of /api/rejected/groups, or \"all\": true.")
            : null;

    static JsonHttpResult<GroupWork> Accepted(GroupWork work) =>
        TypedResults.Json(work, ReadingJson.Default.GroupWork, statusCode: StatusCodes.Status202Accepted);

    static ProblemHttpResult Unknown(string what, string id) => TypedResults.Problem(
        $"The ledger has no {what} {id}.", statusCode: StatusCodes.Status404NotFound, title: "Not found.");
}
