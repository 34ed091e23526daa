using System.CommandLine;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Incidents;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;
using Spectre.Console;

namespace RunLedger.Cli.Query;

/// <summary>
/// <c>queries list | put | delete</c>: statements that were saved, which <c>sql --saved</c> asks. Exit codes: 0
/// answered, 1 refused or not there, 2 no ledger.
/// </summary>
static class QueriesCommand
{
    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.UrlOption();
        url.Recursive = true;
        var json =
            new Option<bool>("--json") { Description = "Print the ledger's answer, for scripts", Recursive = true };
        return new("queries", "Statements that were saved; runledger sql --saved NAME asks one")
        {
            url, json, List(), Put(), NamedDelete.Create(time, url, "query/saved", "Deletes a saved statement"),
        };

        Command List()
        {
            var command = new Command("list", "The saved statements, as a table");
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                var answer = await ledger.Get("api/query/saved", cancellationToken);
                Answer.Write(parsed, json, answer, [.. answer.Items("items")], "No statement is saved.", TableOf);
                return ExitCodes.Success;
            });
            return command;
        }

        Command Put()
        {
            var name = new Argument<string>("NAME") { Description = "The statement's name" };
            var statement = SqlCommand.Statement(required: true);
            var command = new Command("put", "Saves a statement, or changes one that you saved") { name, statement };
            command.SetHandler(async (parsed, cancellationToken) =>
            {
                using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
                var answer = await ledger.Put(
                    Route(parsed.GetValue(name)!),
                    new { sql = await SqlCommand.Read(parsed.GetValue(statement)!, cancellationToken) },
                    cancellationToken);
                Answer.Write(parsed, json, answer, [answer], "", TableOf);
                return ExitCodes.Success;
            });
            return command;
        }
    }

    public static string Route(string name) => $"api/query/saved/{Uri.EscapeDataString(name)}";

    static Table TableOf(IEnumerable<JsonElement> saved, int width)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in (string[])["Name", "Statement", "Saved by", "When"])
            table.AddColumn(new TableColumn(new Text(column)));
        foreach (var one in saved)
        {
            // Text, never markup: brackets in a name are brackets.
            table.AddRow(
                Cell(one.Text("name")), Cell(one.Text("sql")?.ReplaceLineEndings(" ")), Cell(one.Text("savedBy")),
                Cell(ConsoleOutput.FormatTime(one.Time("savedAt"))));
        }

        return table;
    }

    static Text Cell(string? text) => new(TerminalText.Sanitize(text ?? ""));
}
