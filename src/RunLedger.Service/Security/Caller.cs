using System.Security.Claims;
using RunLedger.Telemetry;

namespace RunLedger.Service.Security;

/// <summary>Who asks, whatever way they proved it.</summary>
/// <param name="Source"><c>key</c>, <c>oidc</c> or <c>local</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="Id">For comparing: the fingerprint of the key, the subject at the provider.</param>
/// <param name="Scopes">What was granted; <c>operate</c> includes <c>read</c>.</param>
sealed record Caller(string Source, string Name, string Id, IReadOnlyList<string> Scopes)
{
    const string SourceClaim = "run-ledger:source";
    const string IdClaim = "sub";

    /// <summary>Everybody who reaches a ledger that only this machine reaches.</summary>
    public static readonly Caller Local = new("local", "local", "local", Security.Scopes.All);

    /// <summary>Null where nobody has proved to be anybody.</summary>
    public static Caller? From(ClaimsPrincipal user) => user.Identity?.IsAuthenticated == true
        ? new(
            user.FindFirstValue(SourceClaim) ?? "",
            user.Identity.Name ?? "",
            user.FindFirstValue(IdClaim) ?? "",
            [.. user.FindAll(Security.Scopes.Claim).Select(claim => claim.Value)])
        : null;

    public ClaimsPrincipal Principal(string scheme) => new(new ClaimsIdentity(
        [
            new(ClaimTypes.Name, Name), new(IdClaim, Id), new(SourceClaim, Source),
            .. Scopes.Select(scope => new Claim(Security.Scopes.Claim, scope)),
        ],
        scheme));

    /// <summary>
    /// For a log, and for who did something: no user of the provider can be named like a key, nor on two lines.
    /// </summary>
    public override string ToString() => new ForeignText(
        Source == "oidc" && Name != Id ? $"oidc:{Name} ({Id})" : $"{Source}:{Name}").ToString();
}
