using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;

namespace RunLedger.Service.Security;

/// <summary>401 and 403 as every other error of the API; a person at a browser is shown the login instead.</summary>
sealed class AuthorizationAnswers(SecurityOptions options) : IAuthorizationMiddlewareResultHandler
{
    public Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
            return next(context);
        return Answer(context, policy, authorizeResult).ExecuteAsync(context);
    }

    IResult Answer(HttpContext http, AuthorizationPolicy policy, PolicyAuthorizationResult result)
    {
        if (!options.IsOpen && IsPerson(http.Request))
            return TypedResults.LocalRedirect(
                LoginPage.Address(http.Request.PathBase + http.Request.Path + http.Request.QueryString));
        if (result.Challenged)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return TypedResults.Problem(
                $"Say who you are: a key in the header {ApiKeyHandler.Header}, or a bearer token. What was sent, "
                + "if anything, is not known.",
                statusCode: StatusCodes.Status401Unauthorized);
        }

        var scope = policy.Requirements.OfType<ClaimsAuthorizationRequirement>()
            .FirstOrDefault()?.AllowedValues?.First();
        var who = Caller.From(http.User);
        return TypedResults.Problem(
            $"This needs the scope {scope}; {who} has "
            + $"{(who?.Scopes is { Count: > 0 } scopes ? string.Join(", ", scopes) : "none")}.",
            statusCode: StatusCodes.Status403Forbidden);
    }

    static bool IsPerson(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Headers.Upgrade.Count == 0
        && ApiKeyHandler.Given(request) is null
        && request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/html");
}
