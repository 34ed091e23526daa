using System.Globalization;
using Spectre.Console;

namespace RunLedger.Cli.Output;

/// <summary>How the tool prints: with colours on a terminal, plain and wide into a file or a pipe.</summary>
static class ConsoleOutput
{
    // Wrapped lines could not be searched with grep.
    const int RedirectedWidth = 240;

    public static IAnsiConsole CreateConsole(TextWriter output)
    {
        var target = new AnsiConsoleOutput(output);
        var console = AnsiConsole.Create(new()
        {
            Out = target,
            Ansi = target.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        });
        if (!target.IsTerminal)
            console.Profile.Width = RedirectedWidth;
        return console;
    }

    /// <summary>The colour of a status.</summary>
    public static Color StatusColor(string? status) => status switch
    {
        "completed" or "step_completed" => Color.Green,
        "failed" => Color.Red,
        "stuck" or "orphan" => Color.Yellow,
        "cancelled" => Color.Grey,
        _ => Color.Blue,
    };

    public static string FormatTime(DateTimeOffset? time) =>
        time is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "";

    /// <summary>The time between the two; empty where one is missing.</summary>
    public static string FormatDuration(DateTimeOffset? started, DateTimeOffset? ended) => (ended - started) switch
    {
        null => "",
        { TotalSeconds: < 60 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0##} s"),
        { TotalDays: < 1 } span => span.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        { } span => span.ToString(@"d\d\ h\:mm\:ss", CultureInfo.InvariantCulture),
    };
}
