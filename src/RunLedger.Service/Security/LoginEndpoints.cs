using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace RunLedger.Service.Security;

/// <summary>A cookie for a key, or for a login at the OpenID provider.</summary>
static class LoginEndpoints
{
    const int MaxFormBytes = 16 * 1024;

    public static IEndpointRouteBuilder MapLogin(this IEndpointRouteBuilder routes)
    {
        var login = routes.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        login.MapGet(
            LoginPage.Path,
            (HttpContext http, SecurityOptions options, string? returnUrl, bool? failed) => options.IsOpen
                ? TypedResults.LocalRedirect(Local(returnUrl))
                : LoginPage.Answer(
                    http, options, Local(returnUrl), failed == true ? "The provider did not sign you in." : null));
        login.MapGet($"{LoginPage.Path}.css", () => TypedResults.Text(LoginPage.Style, "text/css"));
        login.MapPost(LoginPage.Path, SignIn)
            .RequireRateLimiting(RateLimits.Login).WithMetadata(new RequestSizeLimitAttribute(MaxFormBytes));
        login.MapGet($"{LoginPage.Path}/oidc", Challenge);
        login.MapPost("/logout", SignOut).WithMetadata(new RequestSizeLimitAttribute(MaxFormBytes));
        return routes;
    }

    static async Task<IResult> SignIn(
        HttpContext http, SecurityOptions options, ApiKeys keys, IAntiforgery antiforgery, ILoggerFactory logs)
    {
        if (await Form(http, antiforgery) is not { } form)
            return Forged(http, options);
        var back = Local(form["returnUrl"].ToString());
        if (keys.Find(form["key"].ToString().Trim()) is not { } holder)
        {
            SecurityLog.LoginFailed(logs.CreateLogger(typeof(LoginEndpoints)), http.Connection.RemoteIpAddress);
            return LoginPage.Answer(http, options, back, "This key is not known.", StatusCodes.Status401Unauthorized);
        }

        await http.SignInAsync(Schemes.Cookie, holder.Principal(Schemes.Cookie));
        return TypedResults.LocalRedirect(back);
    }

    static async Task<IResult> SignOut(HttpContext http, SecurityOptions options, IAntiforgery antiforgery)
    {
        if (await Form(http, antiforgery) is null)
            return Forged(http, options);
        await http.SignOutAsync(Schemes.Cookie);
        return TypedResults.LocalRedirect(LoginPage.Path);
    }

    static async Task<IResult> Challenge(
        HttpContext http, SecurityOptions options, ILoggerFactory logs, string? returnUrl)
    {
        if (options.Oidc.ClientId is null)
            return TypedResults.NotFound();
        try
        {
            await http.ChallengeAsync(Schemes.Provider, new() { RedirectUri = Local(returnUrl) });
            return TypedResults.Empty;
        }
        catch (InvalidOperationException e)
        {
            // Its discovery document cannot be had.
            SecurityLog.ProviderAway(logs.CreateLogger(typeof(LoginEndpoints)), e.Message);
            return LoginPage.Answer(
                http,
                options,
                Local(returnUrl),
                "The OpenID provider does not answer.",
                StatusCodes.Status503ServiceUnavailable);
        }
    }

    static async Task<IFormCollection?> Form(HttpContext http, IAntiforgery antiforgery) =>
        http.Request.HasFormContentType && await antiforgery.IsValid(http) ? await http.Request.ReadFormAsync() : null;

    static IResult Forged(HttpContext http, SecurityOptions options) => LoginPage.Answer(
        http,
        options,
        "/",
        "That form was not this page's, or it was too old. Try again.",
        StatusCodes.Status400BadRequest);

    /// <summary>Where to go afterwards: within this service, and as a header may say it.</summary>
    static string Local(string? url) => RedirectHttpResult.IsLocalUrl(url) && url!.StartsWith('/')
        ? string.Concat(url.EnumerateRunes().Select(rune => rune.Value is > ' ' and <= '~'
            ? rune.ToString()
            : Uri.EscapeDataString(rune.ToString())))
        : "/";
}
