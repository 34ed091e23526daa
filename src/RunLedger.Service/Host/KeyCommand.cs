using System.CommandLine;
using RunLedger.Service.Security;

namespace RunLedger.Service.Host;

/// <summary>
/// <c>key create</c>: a new API key, which is kept nowhere, and the settings that let it in; or a signing key.
/// </summary>
static class KeyCommand
{
    public static Command Create(IConfiguration configuration)
    {
        var name = new Option<string?>("--name") { Description = "Who will hold it", HelpName = "NAME" };
        var scopes = new Option<string[]>("--scope")
        {
            Description = "What it allows: observe (report runs), read, operate (includes read), query (SQL); "
                + "may be repeated",
            HelpName = "SCOPE",
            AllowMultipleArgumentsPerToken = true,
        };
        scopes.AcceptOnlyFromAmong(Scopes.All);
        name.Validators.Add(given =>
        {
            if (SecurityFaults.NameFault(given.GetValueOrDefault<string>() ?? "") is { } fault)
                given.AddError($"--name {fault}.");
        });
        var signing = new Option<bool>("--signing")
        {
            Description = "Make a key that signs dossiers instead, and write it to --out",
        };
        var file = new Option<string>("--out")
        {
            Description = "Where the private signing key goes, readable by you alone; the public one beside it as .pub",
            HelpName = "FILE",
            DefaultValueFactory = _ => "dossier-signing.key",
        };
        var create = new Command("create", "Make a key and print it, once, with the settings that let it in")
        {
            name, scopes, signing, file,
        };
        create.Validators.Add(parsed =>
        {
            var api = parsed.GetResult(name) is not null || parsed.GetResult(scopes) is not null;
            if (parsed.GetValue(signing) && api)
                parsed.AddError("--name and --scope are for API keys: a key that signs has neither.");
            else if (!parsed.GetValue(signing) && parsed.GetResult(file) is { Implicit: false })
                parsed.AddError("--out is for a key that signs: say --signing too.");
            else if (!parsed.GetValue(signing)
                && (parsed.GetResult(name) is null || parsed.GetResult(scopes) is null))
                parsed.AddError("An API key needs --name and --scope; --signing makes a key that signs dossiers.");
        });
        create.SetAction(async (parsed, cancellationToken) =>
        {
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(signing))
            {
                return await SigningKeyFile.Create(
                    parsed.GetValue(file)!, output, parsed.InvocationConfiguration.Error, cancellationToken);
            }

            await PrintApiKey(output, configuration, parsed.GetValue(name)!, parsed.GetValue(scopes)!);
            return 0;
        });
        return new("key", "Who may use the service, and who signs for it") { create };
    }

    static async Task PrintApiKey(TextWriter output, IConfiguration configuration, string name, string[] scopes)
    {
        var key = ApiKeys.Create();
        var place = $"Security__Keys__{configuration.GetSection("Security:Keys").GetChildren().Count()}";
        var granted = scopes.Distinct().Select((scope, n) => $"{place}__Scopes__{n}={scope}");
        await output.WriteLineAsync($"""
            The key, shown this once; its holder sends it in the header {ApiKeyHandler.Header}:

            {key}

            The service's environment, or the same in appsettings.json, before it is started again:

            {place}__Name={name}
            {place}__Hash={ApiKeys.Hash(key)}
            {string.Join(Environment.NewLine, granted)}
            """);
    }
}
