using RunLedger.Schema;
using Spectre.Console;

namespace RunLedger.Service.Host;

/// <summary>What the schema verbs print.</summary>
static class SchemaReport
{
    // Into a pipe or a file: a terminal's wrapping would break lines that somebody searches.
    const int PipeWidth = 240;

    public static void Scripts(TextWriter output, string what, IReadOnlyList<string> scripts, string nothing)
    {
        if (scripts.Count == 0) output.WriteLine(nothing);
        foreach (var script in scripts) output.WriteLine($"{what} {script}");
    }

    public static void Differences(TextWriter output, IReadOnlyList<SchemaDifference> differences)
    {
        foreach (var difference in differences)
            output.WriteLine($"{(difference.Failure ? "difference" : "note")}: {difference.Text}");
        var failures = differences.Count(difference => difference.Failure);
        output.WriteLine(failures == 0
            ? "The tables are as the scripts promise."
            : $"{failures} {(failures == 1 ? "difference" : "differences")} from what the scripts promise.");
        if (differences.Any(difference => difference is { Kind: "table", Found: null }))
            output.WriteLine($"Run: {SchemaState.ApplyCommand}");
    }

    public static void Rehearsal(TextWriter output, RehearsalReport report)
    {
        var table = new Table().AddColumns("Rehearsed", "Seen", "");
        foreach (var (what, seen, good) in report.Lines)
        {
            table.AddRow(
                new Text(what), new Text(seen), new Text(good ? "ok" : "FAILED", good ? Color.Green : Color.Red));
        }

        Console(output).Write(table);
        var outcome = report.Passed ? "The rehearsal passed" : "The rehearsal failed";
        output.WriteLine(report.Leftovers.Count == 0 ? $"{outcome}; nothing was changed." : $"{outcome}.");
    }

    public static IAnsiConsole Console(TextWriter output)
    {
        var target = new AnsiConsoleOutput(output);
        var console = AnsiConsole.Create(new()
        {
            Out = target,
            Ansi = target.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        });
        if (!target.IsTerminal) console.Profile.Width = PipeWidth;
        return console;
    }
}
