using System.Net;
using Microsoft.Extensions.Options;

namespace RunLedger.Service.Security;

/// <summary>Where the service may listen: without a key, where only this machine reaches it.</summary>
static class ListenAddresses
{
    public const string HowToKey =
        "Make a key with 'key create --name NAME --scope read' and set the lines it prints (Security__Keys__0__Name, "
        + "__Hash, __Scopes__0), or name an OpenID provider (Security__Oidc__Authority).";

    /// <exception cref="OptionsValidationException">
    /// An address cannot be read, or there is no key and it can be reached from elsewhere.
    /// </exception>
    public static void Check(SecurityOptions options, IConfiguration settings)
    {
        var faults = new List<string>();
        foreach (var (setting, url) in All(settings))
        {
            if (Parse(url) is not { } address)
                faults.Add($"{setting}: '{url}' is no address such as http://127.0.0.1:5080");
            else if (options.IsOpen && !IsLoopback(address))
                faults.Add(Refusal(setting, url));
        }

        if (faults.Count > 0)
            throw new OptionsValidationException("urls", typeof(string), faults);
    }

    /// <summary>
    /// Where the service of these settings answers whoever is on its machine; null where they name no address of HTTP.
    /// </summary>
    /// <param name="settings">Of the host, or plain variables of the environment.</param>
    public static string? Nearby(IConfiguration settings)
    {
        var plain = new ConfigurationBuilder().AddConfiguration(settings);
        if (string.IsNullOrEmpty(settings[WebHostDefaults.ServerUrlsKey]))
        {
            plain.AddInMemoryCollection(
                [new(WebHostDefaults.ServerUrlsKey, settings["ASPNETCORE_URLS"] ?? settings["DOTNET_URLS"])]);
        }

        foreach (var (_, url) in All(plain.Build()))
        {
            if (Parse(url) is not { IsUnixPipe: false, IsNamedPipe: false } address)
                continue;
            var everywhere = !IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip)
                ? address.Host is "*" or "+"
                : ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);
            return $"{address.Scheme}://{(everywhere ? "127.0.0.1" : address.Host)}:{address.Port}{address.PathBase}";
        }

        return null;
    }

    static string Refusal(string setting, string url) =>
        $"No key is configured, so the ledger listens only where this machine alone reaches it, and {setting} says "
        + $"{url}. {HowToKey} Or listen on http://127.0.0.1:5080 (ASPNETCORE_URLS). In a container that is the "
        + "container alone: give it a key, as environment.";

    static IEnumerable<(string Setting, string Url)> All(IConfiguration settings)
    {
        foreach (var url in (settings[WebHostDefaults.ServerUrlsKey] ?? "").Split(
            ';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            yield return (url == settings["Intake:GrpcUrl"] ? "Intake__GrpcUrl" : "ASPNETCORE_URLS (--urls)", url);
        foreach (var endpoint in settings.GetSection("Kestrel:Endpoints").GetChildren())
        {
            if (endpoint["Url"] is { } url)
                yield return ($"Kestrel:Endpoints:{endpoint.Key}:Url", url);
        }
    }

    static BindingAddress? Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    // As Kestrel reads a host: an address, localhost, or else every address there is.
    static bool IsLoopback(BindingAddress address) =>
        address.IsUnixPipe || address.IsNamedPipe || IsLoopback(address.Host);

    /// <summary>Whether a host's name or address is this machine for whoever is on it, and nothing else.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
}
