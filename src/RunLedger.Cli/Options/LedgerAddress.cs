using System.CommandLine;
using RunLedger.Broker;

namespace RunLedger.Cli.Options;

/// <summary>Where observations go: a ledger's HTTP address, or the broker it listens on.</summary>
sealed record LedgerAddress(Uri Uri, BrokerAddress? Broker = null)
{
    public static readonly LedgerAddress Default = new(new Uri("http://127.0.0.1:5080/"));

    public const string UrlVariable = "RUNLEDGER_URL";
    public const string RabbitMqVariable = "RUNLEDGER_RABBITMQ";

    public static Option<LedgerAddress?> UrlOption() =>
        CreateOption(
            "--url",
            "URL",
            $"The ledger's address; {Default.Uri} when nothing names one",
            text => (TryParseUrl(text), "is no address such as http://host"));

    /// <summary>The same for a command that can ask several ledgers as one.</summary>
    public static Option<LedgerAddress[]> UrlsOption() => new("--url")
    {
        Description = $"The ledger's address; {Default.Uri} when nothing names one. Several divide the runs: name each",
        HelpName = "URL",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result =>
        {
            List<LedgerAddress> addresses = [];
            foreach (var token in result.Tokens)
            {
                if (TryParseUrl(token.Value) is { } address)
                    addresses.Add(address);
                else
                    result.AddError("--url is no address such as http://host.");
            }

            return [.. addresses];
        },
    };

    public static Option<LedgerAddress?> RabbitMqOption() => CreateOption(
        "--rabbitmq", "URI", "The ledger's broker instead, amqp://user:password@host,host/", ParseRabbitMq);

    static readonly string[] HttpSchemes = ["http", "https"];

    /// <summary>Without a password.</summary>
    public string DisplayText => Broker?.DisplayText
        ?? Uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>Null where the text is no such address.</summary>
    public static LedgerAddress? TryParseUrl(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && HttpSchemes.Contains(uri.Scheme) && uri.Host.Length > 0
            // The slash at its end keeps the path of a ledger behind a proxy.
            ? new(new Uri(uri.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"))
            : null;

    /// <inheritdoc cref="TryParseUrl"/>
    public static LedgerAddress? TryParseRabbitMq(string? text) => ParseRabbitMq(text).Address;

    /// <summary>The address, or what is wrong with it, as the end of a sentence.</summary>
    public static (LedgerAddress? Address, string? Fault) ParseRabbitMq(string? text) =>
        BrokerAddress.TryParse(text, out var broker, out var fault) ? (new(broker.Uri, broker), null) : (null, fault);

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

    /// <summary>The URLs that were given, else the one of the environment, else the default one.</summary>
    public static IReadOnlyList<LedgerAddress> ReadAll(ParseResult parsed, Option<LedgerAddress[]> urls) =>
        parsed.GetValue(urls) is { Length: > 0 } given
            ? [.. given.Distinct()]
            : [TryParseUrl(Environment.GetEnvironmentVariable(UrlVariable)) ?? Default];

    static Option<LedgerAddress?> CreateOption(
        string name, string help, string description, Func<string, (LedgerAddress? Address, string? Fault)> parse) =>
        new(name)
        {
            Description = description,
            HelpName = help,
            CustomParser = result =>
            {
                var (address, fault) = parse(result.Tokens[0].Value);
                if (address is null)
                    result.AddError($"{name} {fault}.");
                return address;
            },
        };
}
