using System.CommandLine;
using System.Text;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Cli.Options;
using RunLedger.Cli.Output;
using RunLedger.Cli.Transport;
using Spectre.Console;

namespace RunLedger.Cli.Query;

/// <summary>
/// <c>sql STATEMENT</c>, <c>sql --saved NAME</c>: one select over all runs. Exit codes: 0 answered, 1 refused or
/// failed, 2 no ledger.
/// </summary>
static class SqlCommand
{
    public static Command Create(TimeProvider time)
    {
        var url = LedgerAddress.UrlOption();
        var statement = Statement(required: false);
        var saved = new Option<string?>("--saved")
        {
            Description = "Ask the statement that was saved under this name; runledger queries list has all",
            HelpName = "NAME",
        };
        var json = new Option<bool>("--json") { Description = "Print the ledger's answer, for scripts" };
        var csv = new Option<bool>("--csv") { Description = "Print CSV, with a line of names" };
        var command = new Command("sql", "Ask all runs in SQL, archived or not; it reads and changes nothing")
        {
            statement, saved, url, json, csv,
        };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(json) && parsed.GetValue(csv))
                parsed.AddError("--json and --csv are two forms of one answer: give one.");
            if (parsed.GetValue(statement) is null == parsed.GetValue(saved) is null)
                parsed.AddError("Give a STATEMENT, or --saved with the name of one.");
        });
        command.SetHandler(async (parsed, cancellationToken) =>
        {
            using var ledger = new LedgerApiClient(LedgerAddress.Read(parsed, url), time);
            var output = parsed.InvocationConfiguration.Output;
            var sql = parsed.GetValue(saved) is { } name
                ? (await ledger.Get(QueriesCommand.Route(name), cancellationToken)).GetProperty("sql").GetString()!
                : await Read(parsed.GetValue(statement)!, cancellationToken);
            var answer = await ledger.Post("api/query", new { sql }, cancellationToken);
            if (parsed.GetValue(json))
                await output.WriteLineAsync(JsonSerializer.Serialize(answer, Json.Indented));
            else if (parsed.GetValue(csv))
                await output.WriteAsync(Csv(answer));
            else
                Show(ConsoleOutput.CreateConsole(output), answer);
            if (answer.GetProperty("truncated").GetBoolean() && !parsed.GetValue(json))
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    "There is more than an answer has: ask for less, or the operator for Query__MaxRows.");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    public static Argument<string> Statement(bool required) => new("STATEMENT")
    {
        Description = "A select over the views runs and components, in DuckDB's SQL; - reads standard input",
        Arity = required ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
    };

    public static async Task<string> Read(string statement, CancellationToken cancellationToken) =>
        statement == "-" ? await Console.In.ReadToEndAsync(cancellationToken) : statement;

    static IEnumerable<string> Names(JsonElement answer) =>
        answer.GetProperty("columns").EnumerateArray().Select(column => column.Text("name")!);

    static IEnumerable<IEnumerable<string>> Rows(JsonElement answer) => answer.GetProperty("rows").EnumerateArray()
        .Select(row => row.EnumerateArray().Select(cell => cell.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.String => cell.GetString()!,
            _ => cell.GetRawText(),
        }));

    static void Show(IAnsiConsole console, JsonElement answer)
    {
        var table = new Table { Border = TableBorder.Simple };
        // Text, never markup: brackets in a value are brackets.
        foreach (var name in Names(answer))
            table.AddColumn(new TableColumn(new Text(TerminalText.Sanitize(name))));
        foreach (var row in Rows(answer))
            table.AddRow(row.Select(cell => new Text(TerminalText.Sanitize(cell))));
        console.Write(table);
    }

    static string Csv(JsonElement answer)
    {
        var text = new StringBuilder();
        foreach (var line in Rows(answer).Prepend(Names(answer)))
            text.AppendJoin(',', line.Select(Quoted)).Append("\r\n");
        return text.ToString();
    }

    static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny("\",\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"")}\"";
}
