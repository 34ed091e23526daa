using RunLedger.Schema;
using Spectre.Console;

namespace RunLedger.Service.Verbs;

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
        Row("scripts run", Lines(report.Scripts), true);
        Row("header and detail row written, read back", report.Failure ?? "both", report.Failure is null);
        Row("triggers on the ledger's tables", Lines(report.Triggers), report.Triggers.Count == 0);
        foreach (var guard in report.Guards) Row($"guard {guard.Table}", Counted(guard), !guard.Changed);
        Row("left after the rollback", Lines(report.Leftovers), report.Leftovers.Count == 0);

        Console(output).Write(table);
        var outcome = report.Passed ? "The rehearsal passed" : "The rehearsal failed";
        output.WriteLine(report.Leftovers.Count == 0 ? $"{outcome}; nothing was changed." : $"{outcome}.");

        void Row(string what, string seen, bool good) =>
            table.AddRow(
                new Text(what), new Text(seen), new Text(good ? "ok" : "FAILED", good ? Color.Green : Color.Red));
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

    static string Lines(IReadOnlyList<string> lines) => lines.Count == 0 ? "none" : string.Join('\n', lines);

    static string Counted(GuardCount guard) => guard switch
    {
        { Changed: false } => $"{guard.Before.Rows} rows before and after",
        _ when guard.Before.Rows == guard.After.Rows =>
            $"{guard.Before.Rows} rows before and after, but some were written",
        _ => $"{guard.Before.Rows} rows before, {guard.After.Rows} after",
    };
}
