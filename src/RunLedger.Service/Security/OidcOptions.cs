using System.Security.Claims;

namespace RunLedger.Service.Security;

/// <summary>The OpenID provider whose users and tokens are taken, and what its claims grant.</summary>
sealed class OidcOptions
{
    /// <summary>A grant to whoever the provider knows.</summary>
    const string Everybody = "*";

    /// <summary>Its address; the discovery document is below it.</summary>
    public string? Authority { get; set; }

    /// <summary>The service as the provider knows it, for the login of the page; without it there is none.</summary>
    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    /// <summary>For whom a bearer token must have been issued; without it bearer tokens are not taken.</summary>
    public string? Audience { get; set; }

    /// <summary>The claim that says what a user may do.</summary>
    public string Claim { get; set; } = "groups";

    /// <summary>The claim that is shown as the user's name; what counts is <c>sub</c>.</summary>
    public string NameClaim { get; set; } = "preferred_username";

    /// <summary>By scope, the values of <see cref="Claim"/> that grant it; <c>*</c> grants it to everybody.</summary>
    public IDictionary<string, IList<string>> Grants { get; } = new Dictionary<string, IList<string>>();

    /// <summary>
    /// Who a token is about. Nothing of it is kept but the name, the subject and what the grants make of it.
    /// </summary>
    public Caller CallerOf(ClaimsPrincipal token)
    {
        // "scope" and "scp" are one text with spaces between.
        var values = token.FindAll(Claim)
            .SelectMany(claim => Claim is "scope" or "scp" ? claim.Value.Split(' ') : [claim.Value])
            .Append(Everybody)
            .ToHashSet(StringComparer.Ordinal);
        var subject = token.FindFirstValue("sub") ?? "";
        return new("oidc", token.FindFirstValue(NameClaim) ?? subject, subject,
            [.. Grants.Where(grant => grant.Value.Any(values.Contains)).Select(grant => grant.Key)]);
    }
}
