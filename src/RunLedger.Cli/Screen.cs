using System.Globalization;
using Spectre.Console;

namespace RunLedger.Cli;

/// <summary>
/// Where and how the tool prints: colours and lines for a terminal, plain and wide for a file or a pipe.
/// </summary>
static class Screen
{
    // A terminal's wrapping would break lines that somebody searches.
    const int PipeWidth = 240;

    public static IAnsiConsole Of(TextWriter output)
    {
        var target = new AnsiConsoleOutput(output);
        var console = AnsiConsole.Create(new()
        {
            Out = target,
            Ansi = target.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        });
        if (!target.IsTerminal)
            console.Profile.Width = PipeWidth;
        return console;
    }

    /// <summary>Of a status of the ledger.</summary>
    public static Color Of(string? status) => status switch
    {
        "completed" or "step_completed" => Color.Green,
        "failed" => Color.Red,
        "stuck" or "orphan" => Color.Yellow,
        "cancelled" => Color.Grey,
        _ => Color.Blue,
    };

    public static string Shown(DateTimeOffset? time) =>
        time is { } at ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) : "";

    /// <summary>As long as it took; nothing where it has not both.</summary>
    public static string Took(DateTimeOffset? started, DateTimeOffset? ended) => (ended - started) switch
    {
        null => "",
        { TotalSeconds: < 60 } span => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0##} s"),
        { TotalDays: < 1 } span => span.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        { } span => span.ToString(@"d\d\ h\:mm\:ss", CultureInfo.InvariantCulture),
    };
}
