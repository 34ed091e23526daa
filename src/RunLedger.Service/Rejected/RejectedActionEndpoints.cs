using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Actions;
using RunLedger.Service.Web;

namespace RunLedger.Service.Rejected;

/// <summary>What an operator does with rejected rows: from the API, and from the forms of the page.</summary>
static class RejectedActionEndpoints
{
    /// <summary>What the forms of the page lead to.</summary>
    public static readonly IReadOnlyDictionary<string, string> Outcomes = FormOutcomes.With(
        ("resent", "It was sent again."),
        ("again", "It was sent again and rejected again, with the reason that is shown now."),
        ("discarded", "It is discarded."),
        ("working", "Work on the group has begun and goes on if this page is closed."));

    public static IServiceCollection AddRejectedActions(this IServiceCollection services) => services
        .AddSingleton<RejectedSignal>()
        .AddSingleton<RejectedActions>()
        .AddHostedService<RejectedWorker>();

    public static IEndpointRouteBuilder MapRejectedActions(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapOperating();
        api.MapPost("/rejected/{id}/resend", Resend).WithName("ResendRejected")
            .WithSummary("Sends one rejected observation again, as it came or corrected.")
            .WithDescription(
                "It goes through the intake like any other; what arrives twice counts once. The row stays and "
                    + "says what became of it.")
            .Accepts<ResendRequest>("application/json")
            .Produces<ResendOutcome>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithExamples(RejectedExamples.Resend, RejectedExamples.Outcome);
        api.MapPost("/rejected/resend", ResendGroup).WithName("ResendRejectedGroup")
            .WithSummary("Sends a group of rejected observations again, or all that are open.")
            .WithDescription(
                "The service goes on by itself, also after a restart: /api/actions/{id} says how far it is.")
            .Accepts<GroupRequest>("application/json").Produces<GroupWork>(StatusCodes.Status202Accepted)
            .WithExamples(RejectedExamples.ResendGroup, RejectedExamples.Work);
        api.MapPost("/rejected/{id}/discard", Discard).WithName("DiscardRejected")
            .WithSummary("Discards one rejected observation. The row stays and says by whom and why.")
            .Accepts<ReasonRequest>("application/json")
            .Produces<ResendOutcome>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithExamples(RejectedExamples.Discard);
        api.MapPost("/rejected/discard", DiscardGroup).WithName("DiscardRejectedGroup")
            .WithSummary("Discards a group of rejected observations.")
            .Accepts<GroupRequest>("application/json").Produces<GroupWork>(StatusCodes.Status202Accepted)
            .WithExamples(RejectedExamples.DiscardGroup);
        var forms = routes.MapForms();
        forms.MapPost("/rejected/{id:guid}", ActByForm);
        forms.MapPost("/rejected/groups/{fingerprint}", ActOnGroupByForm);
        return routes;
    }

    static async Task<IResult> Resend(
        string id, HttpContext http, [FromServices] RejectedActions rejected, CancellationToken cancellationToken)
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

        return await rejected.Resend(
            row, corrected, Operator.From(http), body!.Reason, cancellationToken) is { } outcome
            ? TypedResults.Json(outcome, RejectedJson.Default.ResendOutcome)
            : Answers.Unknown("rejected observation", id);
    }

    static async Task<IResult> ResendGroup(
        HttpContext http, [FromServices] RejectedActions rejected, CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<GroupRequest>(http.Request, cancellationToken);
        if ((problem ?? Fault(body!) ?? OperatorBody.Fault("reason", body!.Reason, required: false)) is { } fault)
            return fault;
        return Accepted(await rejected.ResendGroup(
            body!.Fingerprint, body.Until, Operator.From(http), body.Reason, cancellationToken));
    }

    static async Task<IResult> Discard(
        string id, HttpContext http, [FromServices] RejectedActions rejected, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var row))
            return OperatorBody.Bad($"'{id}' is no id of a rejected observation: give a UUID.");
        var (body, problem) = await OperatorBody.Read<ReasonRequest>(http.Request, cancellationToken);
        if ((problem ?? OperatorBody.Fault("reason", body!.Reason, required: true)) is { } fault)
            return fault;
        return await rejected.Discard(row, Operator.From(http), body!.Reason!, cancellationToken) is { } outcome
            ? TypedResults.Json(outcome, RejectedJson.Default.ResendOutcome)
            : Answers.Unknown("rejected observation", id);
    }

    static async Task<IResult> DiscardGroup(
        HttpContext http, [FromServices] RejectedActions rejected, CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<GroupRequest>(http.Request, cancellationToken);
        if ((problem ?? OperatorBody.Fault("fingerprint", body!.Fingerprint, required: false)
            ?? OperatorBody.Fault("reason", body.Reason, required: true)) is { } fault)
            return fault;
        if (string.IsNullOrEmpty(body!.Fingerprint) || body.All is true)
            return OperatorBody.Bad(
                "fingerprint is missing: discard one group at a time, a fingerprint of /api/rejected/groups.");
        return Accepted(await rejected.DiscardGroup(
            body.Fingerprint, body.Until, Operator.From(http), body.Reason!, cancellationToken));
    }

    static byte[]? Corrected(ResendRequest body) =>
        body.PayloadBase64 is { } base64 ? Convert.FromBase64String(base64)
        : body.Payload is not { ValueKind: not JsonValueKind.Null } payload ? null
        : Encoding.UTF8.GetBytes(
            payload.ValueKind == JsonValueKind.String ? payload.GetString()! : payload.GetRawText());

    static ProblemHttpResult? Fault(GroupRequest body) =>
        string.IsNullOrEmpty(body.Fingerprint) == body.All is not true
            ? OperatorBody.Bad(
                "Say what to send again: either fingerprint, one of /api/rejected/groups, or \"all\": true.")
            : OperatorBody.Fault("fingerprint", body.Fingerprint, required: false);

    static JsonHttpResult<GroupWork> Accepted(GroupWork work) =>
        TypedResults.Json(work, RejectedJson.Default.GroupWork, statusCode: StatusCodes.Status202Accepted);

    static async Task<IResult> ActByForm(
        Guid id,
        HttpContext http,
        [FromForm] string? action,
        [FromForm] string? reason,
        [FromForm] string? payload,
        RejectedActions rejected,
        CancellationToken cancellationToken)
    {
        if (Unfit(action, reason))
            return FormOutcomes.Back("/rejected", FormOutcomes.Reason);
        var outcome = action == "discard"
            ? await rejected.Discard(id, Operator.From(http), reason!, cancellationToken)
            : await rejected.Resend(
                id,
                action == "correct" && payload is not null ? Encoding.UTF8.GetBytes(payload) : null,
                Operator.From(http),
                reason,
                cancellationToken);
        return FormOutcomes.Back(
            "/rejected",
            outcome?.State switch
            {
                null => FormOutcomes.Gone,
                "discarded" => "discarded",
                "open" => "again",
                _ =>
                "resent"
            });
    }

    static async Task<IResult> ActOnGroupByForm(
        string fingerprint,
        HttpContext http,
        [FromForm] string? action,
        [FromForm] string? reason,
        [FromForm] DateTimeOffset? until,
        RejectedActions rejected,
        CancellationToken cancellationToken)
    {
        if (Unfit(action, reason))
            return FormOutcomes.Back($"/rejected?group={Uri.EscapeDataString(fingerprint)}", FormOutcomes.Reason);
        if (action == "discard")
            await rejected.DiscardGroup(fingerprint, until, Operator.From(http), reason!, cancellationToken);
        else
            await rejected.ResendGroup(fingerprint, until, Operator.From(http), reason, cancellationToken);
        return FormOutcomes.Back("/rejected", "working");
    }

    static bool Unfit(string? action, string? reason) =>
        OperatorBody.Fault("reason", reason, required: action == "discard") is not null;
}
