using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace RunLedger.Tests.Support;

/// <summary>An OpenID provider that signs in whoever asks as Anna.</summary>
sealed class TestProvider : IAsyncDisposable
{
    public const string ClientId = "ledger-page";
    public const string ClientSecret = "between-the-two";
    public const string Audience = "ledger-api";

    static readonly TimeSpan Lasts = TimeSpan.FromMinutes(30);

    readonly RsaSecurityKey _key = new(RSA.Create(2048)) { KeyId = "one" };
    readonly ConcurrentDictionary<string, string> _nonces = new();
    readonly WebApplication _app;

    TestProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.MapGet("/.well-known/openid-configuration", () => new
        {
            issuer = Address,
            jwks_uri = $"{Address}/keys",
            authorization_endpoint = $"{Address}/authorize",
            token_endpoint = $"{Address}/token",
        });
        _app.MapGet("/keys", () => new { keys = (object[])[Public()] });
        _app.MapGet("/authorize", (string redirect_uri, string state, string nonce) =>
        {
            if (Refusal is { } refusal)
            {
                return Results.Redirect($"{redirect_uri}?error=server_error"
                    + $"&error_description={Uri.EscapeDataString(refusal)}&state={Uri.EscapeDataString(state)}");
            }

            var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
            _nonces[code] = nonce;
            return Results.Redirect($"{redirect_uri}?code={code}&state={Uri.EscapeDataString(state)}");
        });
        _app.MapPost("/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            if (TokenRefusal is { } refusal)
                return Results.BadRequest(new { error = "invalid_grant", error_description = refusal });
            return form["client_secret"] == ClientSecret
                && form["code_verifier"].Count == 1
                && _nonces.TryRemove(form["code"].ToString(), out var nonce)
                ? Results.Json(
                    new { token_type = "Bearer", access_token = "opaque", id_token = Token(ClientId, nonce: nonce) })
                : Results.BadRequest(new { error = "invalid_grant" });
        });
    }

    public string Address => _app.Urls.First();
    public string[] Groups { get; set; } = ["staff"];

    /// <summary>What it says to the browser instead of signing somebody in.</summary>
    public string? Refusal { get; set; }

    /// <summary>What it says to the ledger instead of handing out tokens.</summary>
    public string? TokenRefusal { get; set; }

    public string[] Settings =>
    [
        "--Security:Oidc:Authority", Address, "--Security:Oidc:Audience", Audience,
        "--Security:Oidc:ClientId", ClientId, "--Security:Oidc:ClientSecret", ClientSecret,
        "--Security:Oidc:Grants:read:0", "staff", "--Security:Oidc:Grants:operate:0", "operators",
        "--Security:Oidc:Grants:observe:0", "services",
    ];

    public static async Task<TestProvider> Start()
    {
        var provider = new TestProvider();
        await provider._app.StartAsync();
        return provider;
    }

    public string Token(
        string audience = Audience,
        string? issuer = null,
        SecurityKey? key = null,
        TimeSpan age = default,
        string? nonce = null)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime - age;
        var claims = new Dictionary<string, object>
        {
            ["sub"] = "4711",
            ["preferred_username"] = "anna",
            ["groups"] = Groups,
            // What a provider says in the ledger's own words counts for nothing.
            ["run-ledger:scope"] = "operate",
            ["scope"] = "read operate",
        };
        if (nonce is not null)
            claims["nonce"] = nonce;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer ?? Address,
            Audience = audience,
            Claims = claims,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + Lasts,
            SigningCredentials = new(key ?? _key, SecurityAlgorithms.RsaSha256),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Rsa.Dispose();
    }

    object Public()
    {
        var key = _key.Rsa.ExportParameters(false);
        return new
        {
            kty = "RSA",
            use = "sig",
            alg = "RS256",
            kid = _key.KeyId,
            n = Base64UrlEncoder.Encode(key.Modulus),
            e = Base64UrlEncoder.Encode(key.Exponent),
        };
    }
}
