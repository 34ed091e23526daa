using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace RunLedger.Service.Security;

/// <summary><c>X-Api-Key: rl_…</c>, or <c>Authorization: Bearer rl_…</c> for clients that know nothing else.</summary>
sealed class ApiKeyHandler(
    ApiKeys keys, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public const string Header = "X-Api-Key";
    const string Bearer = "Bearer ";

    /// <summary>Null where the request brings no key.</summary>
    public static string? Given(HttpRequest request)
    {
        if (request.Headers[Header] is { Count: > 0 } own)
            return own.ToString();
        var bearer = request.Headers.Authorization.ToString();
        return bearer.StartsWith(Bearer + ApiKeys.Prefix, StringComparison.OrdinalIgnoreCase)
            ? bearer[Bearer.Length..].Trim()
            : null;
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        Given(Request) is not { } key ? AuthenticateResult.NoResult()
        : keys.Find(key) is { } holder ? AuthenticateResult.Success(new(holder.Principal(Scheme.Name), Scheme.Name))
        : AuthenticateResult.Fail("The key is unknown."));
}
