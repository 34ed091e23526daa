using System.CommandLine;
using RunLedger.Service.Security;

namespace RunLedger.Service.Host;

/// <summary><c>key create</c>: a new API key, which is kept nowhere, and the settings that let it in.</summary>
static class KeyCommand
{
    public static Command Create(IConfiguration configuration)
    {
        var name =
            new Option<string>("--name") { Description = "Who will hold it", HelpName = "NAME", Required = true };
        var scopes = new Option<string[]>("--scope")
        {
            Description = "What it allows: observe (report runs), read, operate (includes read); may be repeated",
            HelpName = "SCOPE",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        scopes.AcceptOnlyFromAmong(Scopes.All);
        name.Validators.Add(given =>
        {
            if (SecurityFaults.NameFault(given.GetValueOrDefault<string>() ?? "") is { } fault)
                given.AddError($"--name {fault}.");
        });
        var create =
            new Command("create", "Make a key and print it, once, with the settings that let it in") { name, scopes };
        create.SetAction(async (parsed, _) =>
        {
            var key = ApiKeys.Create();
            var place = $"Security__Keys__{configuration.GetSection("Security:Keys").GetChildren().Count()}";
            var granted = parsed.GetValue(scopes)!.Distinct().Select((scope, n) => $"{place}__Scopes__{n}={scope}");
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"""
                The key, shown this once; its holder sends it in the header {ApiKeyHandler.Header}:

                {key}

                The service's environment, or the same in appsettings.json, before it is started again:

                {place}__Name={parsed.GetValue(name)}
                {place}__Hash={ApiKeys.Hash(key)}
                {string.Join(Environment.NewLine, granted)}
                """);
            return 0;
        });
        return new("key", "Who may use the service") { create };
    }
}
