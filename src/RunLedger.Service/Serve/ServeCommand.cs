using System.CommandLine;

namespace RunLedger.Service.Serve;

/// <summary><c>serve</c>, which is also what the program does without a verb.</summary>
static class ServeCommand
{
    static readonly Option<string?> Urls = new("--urls")
    {
        Description = $"Where to listen, for example {LedgerHost.DefaultUrl}, which is the default.",
        HelpName = "URL",
    };

    public static Command Create() => Configure(new Command("serve", "Run the ledger: consume, write, answer HTTP."));

    public static TCommand Configure<TCommand>(TCommand command)
        where TCommand : Command
    {
        command.Options.Add(Urls);
        command.SetAction((parsed, cancellationToken) => Run(parsed.GetValue(Urls), cancellationToken));
        return command;
    }

    static async Task<int> Run(string? urls, CancellationToken cancellationToken)
    {
        await using var app = LedgerHost.Build(urls is null ? [] : ["--urls", urls]);
        await app.RunAsync(cancellationToken);
        return 0;
    }
}
