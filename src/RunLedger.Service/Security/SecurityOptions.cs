using Microsoft.Extensions.Options;
using RunLedger.Service.Settings;

namespace RunLedger.Service.Security;

/// <summary>
/// Who may ask the service what. With neither a key nor an OpenID provider it is <see cref="IsOpen"/>: everything is
/// allowed, to this machine alone.
/// </summary>
sealed class SecurityOptions
{
    /// <summary>The configuration section, <c>Security</c>.</summary>
    public const string Section = "Security";

    public IList<KeyOptions> Keys { get; } = [];

    /// <value>Without <see cref="OidcOptions.Authority"/> there is no OpenID provider.</value>
    public OidcOptions Oidc { get; set; } = new();

    /// <summary>A directory for the keys that seal cookies; replicas that share it know each other's logins.</summary>
    /// <value>
    /// The default is ASP.NET Core's: below the user's home, or, where there is none, in memory, so that a login ends
    /// with the process.
    /// </value>
    public string? KeyRing { get; set; }

    /// <summary>The proxies whose X-Forwarded-For, -Proto and -Host are believed: addresses or networks.</summary>
    /// <value>None by default: these headers say nothing.</value>
    public IList<string> Proxies { get; } = [];

    public bool IsOpen => Keys.Count == 0 && Oidc.Authority is null;

    /// <exception cref="OptionsValidationException">
    /// Every fault of the section, none with a value that may be secret.
    /// </exception>
    public static SecurityOptions Read(IConfiguration settings)
    {
        var options = new SecurityOptions();
        LedgerSettings.Bind(settings.GetSection(Section), options, quote: false);
        var faults = SecurityFaults.Of(options, settings).ToList();
        return faults.Count == 0
            ? options
            : throw new OptionsValidationException(Section, typeof(SecurityOptions), faults);
    }
}
