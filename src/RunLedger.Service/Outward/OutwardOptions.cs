using System.ComponentModel.DataAnnotations;
using System.Net;

namespace RunLedger.Service.Outward;

/// <summary>How the ledger calls others, where somebody told it to. Every default can stay as it is.</summary>
sealed class OutwardOptions
{
    /// <summary>The configuration section, <c>Outward</c>.</summary>
    public const string Section = "Outward";

    /// <summary>
    /// Networks that may be called although they are loopback, link-local or the like, such as <c>127.0.0.0/8</c>.
    /// </summary>
    /// <value>The default is none.</value>
    public IList<string> AllowedNetworks { get; } = [];

    /// <summary>Where the files lie that a secret may name as <c>file:NAME</c>.</summary>
    /// <value>The default is null: no secret is in a file.</value>
    public string? SecretsDirectory { get; set; }

    /// <summary>Where people open this ledger's page, such as <c>https://ledger.example.com</c>.</summary>
    /// <value>The default is null: messages have no link.</value>
    public string? PublicAddress { get; set; }

    /// <summary>How long a call may take, from looking up the name to the end of the answer.</summary>
    /// <value>The default is 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>A page's address for whoever is told of it; null where nobody said where people open it.</summary>
    /// <param name="path">Within the page, with a slash first.</param>
    public string? Link(string path) => PublicAddress is null ? null : $"{PublicAddress.TrimEnd('/')}{path}";

    /// <summary>What is wrong with the options, each in words.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var network in AllowedNetworks.Where(network => !IPNetwork.TryParse(network, out _)))
        {
            yield return $"Outward:AllowedNetworks has '{network}': give networks as 127.0.0.0/8 or ::1/128, without a "
                + "bit set behind the prefix.";
        }

        if (PublicAddress is not null
            && (!Uri.TryCreate(PublicAddress, UriKind.Absolute, out var address)
                || address.Scheme is not ("http" or "https")))
            yield return $"Outward:PublicAddress is '{PublicAddress}': give an http or https address.";
        if (SecretsDirectory is not null && !Directory.Exists(SecretsDirectory))
            yield return $"Outward:SecretsDirectory is '{SecretsDirectory}': there is no such directory.";
    }
}
