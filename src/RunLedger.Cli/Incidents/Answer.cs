using System.CommandLine;
using System.Text.Json;
using RunLedger.Cli.Output;

namespace RunLedger.Cli.Incidents;

/// <summary>An answer as JSON or as a table, with what the ledger remarks below it.</summary>
static class Answer
{
    public static void Write(
        ParseResult parsed,
        Option<bool> json,
        object answer,
        List<JsonElement> items,
        string none,
        Func<IEnumerable<JsonElement>, int, Spectre.Console.Table> table)
    {
        var output = parsed.InvocationConfiguration.Output;
        var console = ConsoleOutput.CreateConsole(output);
        if (parsed.GetValue(json))
        {
            output.WriteLine(JsonSerializer.Serialize(answer, Json.Indented));
            return;
        }

        if (items.Count == 0)
            output.WriteLine(none);
        else
            console.Write(table(items, console.Profile.Width));
        foreach (var remark in items.SelectMany(one => one.Items("remarks")))
            output.WriteLine(TerminalText.Sanitize(remark.ToString()));
    }
}
