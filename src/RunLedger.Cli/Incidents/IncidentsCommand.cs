using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;

namespace RunLedger.Cli.Incidents;

/// <summary>
/// <c>incidents</c>: what is or was wrong by a rule, and who was told. Exit codes: 0 answered, 2 no ledger;
/// <c>--lasting</c> answers 1 where one lasts, for checks.
/// </summary>
static class IncidentsCommand
{
    const int Usual = 50;
    const int Most = 500;

    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.UrlOption();
        var json = new Option<bool>("--json") { Description = "Print the ledger's answer, for scripts" };
        var lasting = new Option<bool>("--lasting")
        {
            Description = "Only those that last; then the exit code is 1 if there are any",
        };
        var limit = new Option<int>("--limit")
        {
            Description = $"How many, the newest first, at most {Most}",
            HelpName = "N",
            DefaultValueFactory = _ => Usual,
        };
        var command = new Command("incidents", "What is or was wrong by a rule, and who was told")
        {
            url, json, lasting, limit,
        };
        command.SetHandler(async (parsed, cancellationToken) =>
        {
            using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
            var only = parsed.GetValue(lasting);
            var answer = await ledger.Get(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"api/incidents?limit={parsed.GetValue(limit)}{(only ? "&state=lasting" : "")}"),
                cancellationToken);
            var items = answer.Items("items").ToList();
            var output = parsed.InvocationConfiguration.Output;
            var console = ConsoleOutput.CreateConsole(output);
            if (parsed.GetValue(json))
                await output.WriteLineAsync(JsonSerializer.Serialize(answer, Json.Indented));
            else if (items.Count == 0)
                await output.WriteLineAsync(only ? "Nothing lasts." : "There was no incident.");
            else
                console.Write(IncidentTables.ForIncidents(items, console.Profile.Width));
            return only && items.Count > 0 ? ExitCodes.Failure : ExitCodes.Success;
        });
        return command;
    }
}
