using System.CommandLine;

namespace RunLedger.Cli.Options;

/// <summary>Where observations go: a ledger's HTTP address, or the broker it listens on.</summary>
sealed record LedgerAddress(Uri Uri)
{
    public static readonly LedgerAddress Default = new(new Uri("http://127.0.0.1:5080/"));

    public const string UrlVariable = "RUNLEDGER_URL";
    public const string RabbitMqVariable = "RUNLEDGER_RABBITMQ";

    public static Option<LedgerAddress?> UrlOption() =>
        CreateOption("--url", "URL", $"The ledger's address; {Default.Uri} when nothing names one", HttpSchemes);

    public static Option<LedgerAddress?> RabbitMqOption() => CreateOption(
        "--rabbitmq", "URI", "The ledger's broker instead, amqp://user:password@host/", AmqpSchemes);

    static readonly string[] HttpSchemes = ["http", "https"];
    static readonly string[] AmqpSchemes = ["amqp", "amqps"];

    public bool IsBroker => AmqpSchemes.Contains(Uri.Scheme);

    /// <summary>Without a password.</summary>
    public string DisplayText =>
        Uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Null where the text is no such address.</summary>
    public static LedgerAddress? TryParseUrl(string? text) => TryParse(text, HttpSchemes);

    /// <inheritdoc cref="TryParseUrl"/>
    public static LedgerAddress? TryParseRabbitMq(string? text) => TryParse(text, AmqpSchemes);

    /// <summary>The address that the environment names; null where it names none that can be read.</summary>
    public static LedgerAddress? FromEnvironment() =>
        TryParseUrl(Environment.GetEnvironmentVariable(UrlVariable))
        ?? TryParseRabbitMq(Environment.GetEnvironmentVariable(RabbitMqVariable));

    /// <summary>
    /// The URL that was given, else that of the environment, else the default one: for a command that cannot use a
    /// broker.
    /// </summary>
    public static LedgerAddress Read(ParseResult parsed, Option<LedgerAddress?> url) =>
        parsed.GetValue(url) ?? TryParseUrl(Environment.GetEnvironmentVariable(UrlVariable)) ?? Default;

    // The slash at its end keeps the path of a ledger behind a proxy; the path of a broker is a virtual host and stays
    // as it is.
    static LedgerAddress? TryParse(string? text, string[] schemes) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme) && uri.Host.Length > 0
            ? new(schemes == HttpSchemes ? new Uri(uri.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/") : uri)
            : null;

    static Option<LedgerAddress?> CreateOption(string name, string help, string description, string[] schemes) =>
        new(name)
        {
            Description = description,
            HelpName = help,
            CustomParser = result =>
            {
                var address = TryParse(result.Tokens[0].Value, schemes);
                if (address is null)
                    result.AddError($"{name} is no address such as {schemes[0]}://host.");
                return address;
            },
        };
}
