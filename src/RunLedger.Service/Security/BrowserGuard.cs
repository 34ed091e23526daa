using Microsoft.AspNetCore.Antiforgery;

namespace RunLedger.Service.Security;

/// <summary>
/// Keeps other people's web pages from using what a browser brings by itself: the way to this machine where there is no
/// key, and the cookie of a login.
/// </summary>
sealed class BrowserGuard(RequestDelegate next, SecurityOptions options, IAntiforgery antiforgery)
{
    static readonly string[] Forwarded = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host"];

    public async Task Invoke(HttpContext http)
    {
        if (await Refusal(http) is { } refusal)
            await refusal.ExecuteAsync(http);
        else
            await next(http);
    }

    async Task<IResult?> Refusal(HttpContext http)
    {
        var request = http.Request;
        if (options.IsOpen && StrangeHost(request) is { } strange)
            return TypedResults.Problem(strange, statusCode: StatusCodes.Status421MisdirectedRequest);
        var cookie = http.User.Identity?.AuthenticationType == Schemes.Cookie;
        if (!(options.IsOpen || cookie))
            return null;
        var changes = Changes(http);
        if (IsCrossSite(request) && (changes || !IsLink(request)))
        {
            return TypedResults.Problem(
                "A page of another site may not do this. Programs send no Origin, and where there are keys, a key.",
                statusCode: StatusCodes.Status403Forbidden);
        }

        // The page's own endpoints look after themselves; what is under /api is for programs.
        return changes && cookie && request.Path.StartsWithSegments("/api") && !await antiforgery.IsValid(http)
            ? TypedResults.Problem(
                "A login by cookie needs the antiforgery token in the header RequestVerificationToken. Programs "
                + "send a key instead.",
                statusCode: StatusCodes.Status400BadRequest)
            : null;
    }

    /// <summary>
    /// A page of any site can have its name resolved to 127.0.0.1 and then reads what it asks; its name stays in Host.
    /// </summary>
    static string? StrangeHost(HttpRequest request) =>
        request.Host.HasValue && !ListenAddresses.IsLoopback(request.Host.Host)
            ? "This ledger has no key and answers only to localhost, 127.0.0.1 and [::1]. " + ListenAddresses.HowToKey
        : Array.Exists(Forwarded, name => request.Headers.ContainsKey(name))
            ? "This ledger has no key and answers to nobody behind a proxy. " + ListenAddresses.HowToKey
        : null;

    static bool Changes(HttpContext http) =>
        !(HttpMethods.IsGet(http.Request.Method)
            || HttpMethods.IsHead(http.Request.Method)
            || HttpMethods.IsOptions(http.Request.Method))
        || http.Request.Headers.Upgrade.Count > 0;

    /// <summary>
    /// Whether the answer takes the place of the page that led here: that one sees nothing of it. What goes into a page
    /// (a frame, an image, a script, what a script fetches) says something else, and no script can say this.
    /// </summary>
    static bool IsLink(HttpRequest request) =>
        request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document";

    static bool IsCrossSite(HttpRequest request) =>
        (request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site.ToString() is not ("same-origin" or "none"))
        || (request.Headers.Origin is { Count: > 0 } origin
            && !(Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var from)
                // Not the scheme: a proxy may have ended TLS.
                && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)));
}
