using System.Net;
using Microsoft.AspNetCore.Antiforgery;

namespace RunLedger.Service.Security;

/// <summary>The login as HTML: it needs no script, and none of the page it leads to.</summary>
static class LoginPage
{
    public const string Path = "/login";

    public const string Style = """
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 26rem; margin: 15vh auto 0; padding: 0 1rem; color: #1c2733; }
        label { display: block; } input { width: 100%; box-sizing: border-box; padding: .5rem; margin: .25rem 0 1rem; font: inherit; }
        button, .button { display: inline-block; padding: .5rem 1.25rem; font: inherit; color: #fff; background: #1f5fae; border: 0;
          border-radius: 4px; text-decoration: none; cursor: pointer; }
        .remark { padding: .5rem .75rem; background: #fdecea; color: #7a1b12; border-radius: 4px; }
        """;

    public static string Address(string returnUrl) => $"{Path}?returnUrl={Uri.EscapeDataString(returnUrl)}";

    public static IResult Answer(
        HttpContext http,
        SecurityOptions options,
        string returnUrl,
        string? remark = null,
        int status = StatusCodes.Status200OK)
    {
        var tokens = http.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(http);
        var token = $"""<input type="hidden" name="{tokens.FormFieldName}" value="{tokens.RequestToken}">""";
        var back = WebUtility.HtmlEncode(returnUrl);
        var parts = new List<string>();
        if (remark is not null)
            parts.Add($"""<p class="remark" role="alert">{WebUtility.HtmlEncode(remark)}</p>""");
        if (Caller.From(http.User) is { } who)
        {
            parts.Add($"""
                <p>You are {WebUtility.HtmlEncode(who.ToString())}, with {Scope(who)}.</p>
                <form method="post" action="/logout">{token}<button>Sign out</button></form>
                """);
        }

        if (options.Oidc.ClientId is not null)
        {
            var query = WebUtility.HtmlEncode(QueryString.Create("returnUrl", returnUrl).Value);
            parts.Add($"""<p><a class="button" href="{Path}/oidc{query}">Sign in</a></p>""");
        }

        if (options.Keys.Count > 0)
        {
            parts.Add($"""
                <form method="post" action="{Path}">{token}<input type="hidden" name="returnUrl" value="{back}">
                <label>API key <input type="password" name="key" autocomplete="current-password" required></label>
                <button>Sign in with a key</button></form>
                """);
        }

        return TypedResults.Content(
            $"""
             <!doctype html>
             <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
             <title>RunLedger: sign in</title><link rel="stylesheet" href="{Path}.css"></head>
             <body><h1>RunLedger</h1>
             {string.Join('\n', parts)}
             </body></html>
             """,
            "text/html; charset=utf-8",
            statusCode: status);
    }

    static string Scope(Caller caller) =>
        caller.Scopes.Count > 0 ? $"the scope {string.Join(", ", caller.Scopes)}" : "no scope";
}
