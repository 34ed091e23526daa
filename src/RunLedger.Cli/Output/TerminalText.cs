using System.Text.RegularExpressions;

namespace RunLedger.Cli.Output;

/// <summary>Removes control sequences from text that came from elsewhere.</summary>
static partial class TerminalText
{
    public static string Sanitize(string text) => ControlSequences().Replace(text, "");

    // Colours and cursor (CSI), titles and links (OSC), other escapes, and control characters but tab, line feed and
    // return.
    [GeneratedRegex(
        @"\e\[[0-?]*[ -/]*[@-~]|\e\][^\a\e]*(\a|\e\\)?|\e[ -/]*[0-~]?|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]",
        RegexOptions.ExplicitCapture)]
    private static partial Regex ControlSequences();
}
