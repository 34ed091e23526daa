using System.ComponentModel;
using System.Text.RegularExpressions;
using RunLedger.Folding;
using RunLedger.Service.Outward;

namespace RunLedger.Service.Channels;

/// <summary>
/// A channel as it is sent. A secret is itself, or <c>env:RUNLEDGER_SECRET_…</c> or <c>file:…</c>.
/// </summary>
sealed partial record ChannelBody
{
    const int MostText = 2_000;

    [Description("webhook, slack, teams, mail or pagerduty.")]
    public string? Kind { get; init; }

    [Description("Of a webhook, Slack or Teams: where to post. Secret. Of pagerduty without it its own address.")]
    public string? Address { get; init; }

    [Description("Of a webhook: the key of its signature; without it nothing is signed. Secret.")]
    public string? Key { get; init; }

    [Description("Of pagerduty: the integration key. Secret.")]
    public string? RoutingKey { get; init; }

    [Description("Of mail: the SMTP server.")]
    public string? Host { get; init; }

    [Description("Of mail: its port; without it 587.")]
    public int? Port { get; init; }

    [Description("Of mail: starttls, tls or none; without it starttls.")]
    public string? Security { get; init; }

    [Description("Of mail: who logs in.")]
    public string? User { get; init; }

    [Description("Of mail: the password of the login. Secret.")]
    public string? Password { get; init; }

    [Description("Of mail: who it is from.")]
    public string? From { get; init; }

    [Description("Of mail: who gets it, at most 50.")]
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>
    /// The same with the secrets of before where none are sent. Not where they would go to somebody else than before:
    /// who may change a channel does not thereby learn its password.
    /// </summary>
    public ChannelBody With(Channel? before)
    {
        if (before is null || before.Kind != Kind)
            return this;
        var (settings, secrets) = (before.Settings, before.Secrets);
        var sameServer = (Host, Port, Security, User)
            == (settings.Host, settings.Port, settings.Security, settings.User);
        var sameAddress = Address is null || Address == secrets.Address;
        return this with
        {
            Address = Address ?? secrets.Address,
            Key = Key ?? secrets.Key,
            Password = Password ?? (sameServer ? secrets.Password : null),
            RoutingKey = RoutingKey ?? (sameAddress ? secrets.RoutingKey : null),
        };
    }

    /// <summary>The channel, or all that is wrong with it.</summary>
    public (Channel? Channel, IReadOnlyList<string> Faults) Read(
        string name, string who, DateTime now, IReadOnlyDictionary<string, IChannelKind> kinds)
    {
        var faults = new List<string>();
        if (!Name().IsMatch(name))
        {
            faults.Add("The name is what the address ends with: 1 to 100 small letters, digits, dots, dashes and "
                + "underscores, a letter or digit first.");
        }

        var secrets = new (string Name, string? Text)[]
        {
            ("address", Address), ("key", Key), ("routingKey", RoutingKey), ("password", Password),
        };
        foreach (var (member, text) in secrets.Concat([("host", Host), ("user", User), ("from", From)]))
        {
            if (text is null)
                continue;
            // Not what it is: it may be a secret.
            if (text.Length is 0 or > MostText || CanonicalJson.FaultOf(text) is not null || text.Any(char.IsControl))
                faults.Add($"{member} is empty, has more than {MostText:N0} characters, or one that cannot be stored.");
        }

        foreach (var (member, text) in secrets)
        {
            if (text is not null && SecretReader.FaultOf(text) is { } fault)
                faults.Add($"{member} {fault}.");
        }

        if (Address is { } address && !SecretReader.IsName(address) && AddressFault(address) is { } wrong)
            faults.Add($"address {wrong}.");
        if (Kind is null || !kinds.TryGetValue(Kind, out var kind))
            faults.Add($"kind is missing or not known: send one of {string.Join(", ", kinds.Keys)}.");
        else
            faults.AddRange(kind.Faults(this));
        return faults.Count > 0 ? (null, faults) : (new()
        {
            Name = name,
            Kind = Kind!,
            Settings = new() { Host = Host, Port = Port, Security = Security, User = User, From = From, To = To },
            Secrets = new() { Address = Address, Key = Key, Password = Password, RoutingKey = RoutingKey },
            PutAt = now,
            PutBy = who,
        }, faults);
    }

    /// <summary>What is wrong with an address, without saying what it is; null where nothing is.</summary>
    public static string? AddressFault(string text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
            ? "is no http or https address"
        : address.UserInfo.Length > 0 ? "has a login in it, which is not sent"
        : null;

    /// <summary>Nothing of it, wherever it is written by chance.</summary>
    public override string ToString() => $"{nameof(ChannelBody)} of {Kind}";

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,99}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
