using Microsoft.AspNetCore.Antiforgery;

namespace RunLedger.Service.Security;

/// <summary>
/// Answers 413 to a body over the limit of its route, whoever was reading it, and 400 or 408 to one that ends early or
/// not at all: it is the sender's fault, not this service's.
/// </summary>
static class BodyLimit
{
    public static IApplicationBuilder UseBodyLimit(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        try
        {
            await next(http);
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            await TypedResults.Problem(e.Message, statusCode: e.StatusCode).ExecuteAsync(http);
        }
    });

    /// <summary>
    /// After the check of forms: 400 to one without its token. That check takes one that it could not read for such a
    /// one, too.
    /// </summary>
    public static IApplicationBuilder UseFormCheck(this IApplicationBuilder app) => app.Use((http, next) =>
        http.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false, Error: { } error }
            ? throw error.InnerException as BadHttpRequestException ?? new BadHttpRequestException(
                "The form's token is missing or no more valid. Load the page again, and send it from there.", error)
            : next(http));
}
