using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;

namespace RunLedger.Service.Security;

/// <summary>The ways to prove who one is.</summary>
static class Schemes
{
    public const string Local = "Local";
    public const string Key = "Key";
    public const string Token = JwtBearerDefaults.AuthenticationScheme;
    public const string Cookie = CookieAuthenticationDefaults.AuthenticationScheme;
    public const string Provider = OpenIdConnectDefaults.AuthenticationScheme;

    /// <summary>Picks one of the others by what a request brings.</summary>
    public const string Any = "RunLedger";

    /// <summary>What is brought in a header counts, or fails, alone: a cookie beside it is not looked at.</summary>
    public static string Pick(HttpContext http, SecurityOptions options) =>
        options.IsOpen ? Local
        : ApiKeyHandler.Given(http.Request) is not null ? Key
        : http.Request.Headers.Authorization.Count > 0 ? options.Oidc.Audience is null ? Key : Token
        : Cookie;
}
