using System.Net;

namespace RunLedger.Service.Security;

/// <summary>What is wrong with the section <c>Security</c>, without repeating what may be a secret.</summary>
static class SecurityFaults
{
    const int MaxName = 100;

    public static IEnumerable<string> Of(SecurityOptions options, IConfiguration settings) =>
        [.. Keys(options.Keys), .. Oidc(options.Oidc), .. Proxies(options, settings)];

    static IEnumerable<string> Keys(IList<KeyOptions> keys)
    {
        foreach (var (key, place) in keys.Select((key, n) => (key, $"Security:Keys:{n}")))
        {
            if (NameFault(key.Name) is { } fault)
                yield return $"{place}:Name {fault}";
            if (keys.Count(other => other.Name == key.Name) > 1)
                yield return $"{place}:Name is another key's too: give each a name of its own";
            if (ApiKeys.ReadHash(key.Hash) is null)
                yield return $"{place}:Hash is no sha256: with 64 hexadecimal digits; 'key create' prints it";
            else if (keys.Count(other => string.Equals(other.Hash, key.Hash, StringComparison.OrdinalIgnoreCase)) > 1)
                yield return $"{place}:Hash is another key's too";
            if (key.Scopes.Count == 0 || key.Scopes.Except(Scopes.All).Any())
                yield return $"{place}:Scopes are of {string.Join(", ", Scopes.All)}, at least one";
        }
    }

    /// <summary>Null for a good name of a key.</summary>
    public static string? NameFault(string name) =>
        string.IsNullOrWhiteSpace(name) || name.Length > MaxName || name.Any(char.IsControl)
            ? $"is missing, has more than {MaxName} characters or a line break: say who holds the key"
            : null;

    static IEnumerable<string> Oidc(OidcOptions oidc)
    {
        if (oidc.Authority is null)
        {
            if (oidc.ClientId is not null
                || oidc.ClientSecret is not null
                || oidc.Audience is not null
                || oidc.Grants.Count > 0)
                yield return "Security:Oidc has no Authority: set the provider's address";
            yield break;
        }

        if (!Uri.TryCreate(oidc.Authority, UriKind.Absolute, out var authority)
            || !(authority.Scheme == Uri.UriSchemeHttps
                || (authority.Scheme == Uri.UriSchemeHttp && authority.IsLoopback))
            || authority.UserInfo.Length > 0)
            yield return "Security:Oidc:Authority is no https address";
        if (oidc.ClientId is null && oidc.Audience is null)
            yield return "Security:Oidc needs ClientId, for the login of the page, or Audience, for bearer "
                + "tokens, or both";
        if (oidc.ClientId is not null && oidc.ClientId == oidc.Audience)
            yield return "Security:Oidc:Audience is the ClientId: whoever has seen a login's token could use it "
                + "as a bearer token";
        if (oidc.Grants.Count == 0 || oidc.Grants.Keys.Except(Scopes.All).Any())
        {
            yield return $"Security:Oidc:Grants has the scopes {string.Join(", ", Scopes.All)}, at least one, "
                + $"each with values of the claim '{oidc.Claim}', for example Security__Oidc__Grants__read__0=staff";
        }
    }

    static IEnumerable<string> Proxies(SecurityOptions options, IConfiguration settings)
    {
        for (var n = 0; n < options.Proxies.Count; n++)
        {
            if (!IPAddress.TryParse(options.Proxies[n], out _)
                && !System.Net.IPNetwork.TryParse(options.Proxies[n], out _))
                yield return $"Security:Proxies:{n} is no address and no network such as 10.0.0.0/8";
        }

        if (options.IsOpen && options.Proxies.Count > 0)
            yield return "Security:Proxies is set and no key: what comes through a proxy comes from elsewhere. "
                + $"{ListenAddresses.HowToKey}";
        // It would believe any sender.
        if (settings.GetValue<bool>("ForwardedHeaders_Enabled"))
            yield return "ASPNETCORE_FORWARDEDHEADERS_ENABLED believes whoever asks: name the proxies in "
                + "Security:Proxies instead";
    }
}
