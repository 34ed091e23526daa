using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using RunLedger.Service.Actions;
using RunLedger.Service.Failures;
using RunLedger.Service.Rejected;
using RunLedger.Service.Runs;

namespace RunLedger.Service.Web;

/// <summary>
/// What the page's forms do: the same as the API's endpoints, with the antiforgery token that form binding asks for; then back
/// to the page, so that a reload does nothing twice.
/// </summary>
static class PageForms
{
    const int MaxText = 2_000;

    public static IEndpointRouteBuilder MapPageForms(this IEndpointRouteBuilder routes)
    {
        var forms = routes.MapGroup("").ExcludeFromDescription().AddEndpointFilter<OutageFilter>();
        forms.MapPost("/runs/{id:guid}/close", Close);
        forms.MapPost("/rejected/{id:guid}", Rejected);
        forms.MapPost("/rejected/groups/{fingerprint}", Group);
        forms.MapPost("/failures/{fingerprint}/acknowledge", Acknowledge);
        return routes;
    }

    /// <summary>What a code in the address means; null for none of ours, so that nobody puts words there.</summary>
    public static string? Words(string? code) => code switch
    {
        "closed" => "The run is closed.",
        "queued" => "The end of the run is in the queue; it shows when the ledger has taken it.",
        "over" => "The run had ended, or was archived, before: nothing was left to close.",
        "refused" => "It was refused: the reason is among what is set aside.",
        "reason" => "Give a reason, of at most 2,000 characters.",
        "resent" => "It was sent again.",
        "again" => "It was sent again and rejected again, with the reason that is shown now.",
        "discarded" => "It is discarded.",
        "working" => "Work on the group has begun and goes on if this page is closed.",
        "acknowledged" => "It is acknowledged; a failure after this shows it again.",
        "gone" => "There is no such thing any more.",
        _ => null,
    };

    static async Task<IResult> Close(
        Guid id, HttpContext http, [FromForm] string? status, [FromForm] string? reason, RunClosing closing, CancellationToken cancellationToken)
    {
        var closed = await closing.Close(
            id, new CloseRequest(status, reason, Operator.Of(http)), Operator.Of(http), $"POST /runs/{id}/close", cancellationToken);
        return Back($"/runs/{id}", closed.Status switch
        {
            StatusCodes.Status202Accepted => closing.AwaitsCommit ? "closed" : "queued",
            StatusCodes.Status409Conflict => "over",
            StatusCodes.Status404NotFound => "gone",
            _ => string.IsNullOrWhiteSpace(reason) || reason.Length > MaxText ? "reason" : "refused",
        });
    }

    static async Task<IResult> Rejected(
        Guid id,
        HttpContext http,
        [FromForm] string? action,
        [FromForm] string? reason,
        [FromForm] string? payload,
        RejectedWork work,
        CancellationToken cancellationToken)
    {
        if (Unfit(action, reason))
            return Back("/rejected", "reason");
        var outcome = action == "discard"
            ? await work.Discard(id, Operator.Of(http), reason!, cancellationToken)
            : await work.Resend(
                id, action == "correct" && payload is not null ? Encoding.UTF8.GetBytes(payload) : null, Operator.Of(http), reason, cancellationToken);
        return Back("/rejected", outcome?.State switch { null => "gone", "discarded" => "discarded", "open" => "again", _ => "resent" });
    }

    static async Task<IResult> Group(
        string fingerprint,
        HttpContext http,
        [FromForm] string? action,
        [FromForm] string? reason,
        [FromForm] DateTimeOffset? until,
        RejectedWork work,
        CancellationToken cancellationToken)
    {
        if (Unfit(action, reason))
            return Back($"/rejected?group={Uri.EscapeDataString(fingerprint)}", "reason");
        if (action == "discard")
            await work.DiscardGroup(fingerprint, until, Operator.Of(http), reason!, cancellationToken);
        else
            await work.ResendGroup(fingerprint, until, Operator.Of(http), reason, cancellationToken);
        return Back("/rejected", "working");
    }

    static async Task<IResult> Acknowledge(
        string fingerprint, HttpContext http, [FromForm] string? note, FailureWork work, CancellationToken cancellationToken) =>
        note?.Length > MaxText
            ? Back("/failures", "reason")
            : Back("/failures", await work.Acknowledge(fingerprint, Operator.Of(http), note, cancellationToken) ? "acknowledged" : "gone");

    static bool Unfit(string? action, string? reason) =>
        reason?.Length > MaxText || (action == "discard" && string.IsNullOrWhiteSpace(reason));

    static RedirectHttpResult Back(string page, string said) => TypedResults.LocalRedirect($"~{page}{(page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}said={said}");
}
