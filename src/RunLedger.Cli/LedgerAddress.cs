using System.CommandLine;

namespace RunLedger.Cli;

/// <summary>Where observations go: a ledger's HTTP address, or the broker it listens on.</summary>
sealed record LedgerAddress(Uri Uri)
{
    public static readonly LedgerAddress Default = new(new Uri("http://127.0.0.1:5080/"));

    public static Option<LedgerAddress?> Url() =>
        Option("--url", "URL", $"The ledger's address; {Default.Uri} when nothing names one", Http);

    public static Option<LedgerAddress?> RabbitMq() => Option(
        "--rabbitmq", "URI", "The ledger's broker instead, amqp://user:password@host/", Amqp);

    static readonly string[] Http = ["http", "https"];
    static readonly string[] Amqp = ["amqp", "amqps"];

    public bool IsBroker => Amqp.Contains(Uri.Scheme);

    /// <summary>Without a password.</summary>
    public string Shown => Uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Null where the text is no such address.</summary>
    public static LedgerAddress? ReadUrl(string? text) => Read(text, Http);

    /// <inheritdoc cref="ReadUrl"/>
    public static LedgerAddress? ReadRabbitMq(string? text) => Read(text, Amqp);

    // The slash at its end keeps the path of a ledger behind a proxy; a virtual host's must stay as it is.
    static LedgerAddress? Read(string? text, string[] schemes) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme) && uri.Host.Length > 0
            ? new(schemes == Http ? new Uri(uri.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/") : uri)
            : null;

    static Option<LedgerAddress?> Option(string name, string help, string description, string[] schemes) => new(name)
    {
        Description = description,
        HelpName = help,
        CustomParser = result =>
        {
            var address = Read(result.Tokens[0].Value, schemes);
            if (address is null)
                result.AddError($"{name} is no address such as {schemes[0]}://host.");
            return address;
        },
    };
}
