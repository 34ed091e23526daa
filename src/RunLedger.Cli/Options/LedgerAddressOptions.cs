using System.CommandLine;

namespace RunLedger.Cli.Options;

/// <summary><c>--url</c> and <c>--rabbitmq</c>, of which a command takes one at most.</summary>
sealed class LedgerAddressOptions
{
    readonly Option<LedgerAddress?> _url = LedgerAddress.UrlOption();
    readonly Option<LedgerAddress?> _rabbitMq = LedgerAddress.RabbitMqOption();

    public void AddTo(Command command)
    {
        command.Options.Add(_url);
        command.Options.Add(_rabbitMq);
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(_url) is not null && parsed.GetResult(_rabbitMq) is not null)
                parsed.AddError("Name one place to send to: --url or --rabbitmq.");
        });
    }

    /// <summary>The address that was given, else that of the environment, else the default one.</summary>
    public LedgerAddress Read(ParseResult parsed) =>
        parsed.GetValue(_url) ?? parsed.GetValue(_rabbitMq) ?? LedgerAddress.FromEnvironment() ?? LedgerAddress.Default;
}
