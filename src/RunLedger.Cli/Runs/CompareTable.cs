using System.Text.Json;
using RunLedger.Cli.Output;
using Spectre.Console;

namespace RunLedger.Cli.Runs;

/// <summary>What differs between two runs, as <c>runs compare</c> prints it.</summary>
static class CompareTable
{
    public static void Write(IAnsiConsole console, JsonElement answer)
    {
        foreach (var (name, run) in (ReadOnlySpan<(string, JsonElement?)>)
            [("Run", answer.Member("run")), ("Against", answer.Member("against"))])
        {
            if (run is { } one)
            {
                console.Write(new Text(
                    $"{name,-8}{one.Text("processRunId")}  {one.Text("processCandidateCode")}  {one.Text("status")}  "
                    + $"{ConsoleOutput.FormatTime(one.Time("startedAt"))}"
                    + (one.Text("version") is { } version ? $"  version {version}" : "") + "\n"));
            }
        }

        foreach (var remark in answer.Items("remarks"))
            console.Write(new Text($"! {TerminalText.Sanitize(remark.ToString())}\n", Color.Yellow));
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn(new Text("Bits")) { NoWrap = true, Alignment = Justify.Right });
        table.AddColumn(new TableColumn(new Text("What differs, the most surprising first")));
        foreach (var change in answer.Items("changes"))
            table.AddRow(new Text(change.Text("surprise") ?? ""), new Text(change.Text("text") ?? ""));
        if (table.Rows.Count == 0)
            console.Write(new Text("Nothing differs that is not usual.\n"));
        else
            console.Write(table);
        if (answer.Text("others") is { } others and not "0")
            console.Write(new Text($"{others} more differ in a way that is usual, or beyond these.\n", Color.Grey));
    }
}
