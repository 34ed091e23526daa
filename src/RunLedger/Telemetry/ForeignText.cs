using System.Globalization;
using System.Text;

namespace RunLedger.Telemetry;

/// <summary>
/// Text that somebody else chose, as a log or a terminal may show it: one line, cut, and without what moves a cursor,
/// colours a screen or turns the direction of writing. A log message takes this type for whatever came from outside.
/// </summary>
readonly record struct ForeignText(string? Text)
{
    /// <summary>In characters; the last of what is longer is an ellipsis.</summary>
    public const int MaxLength = 1_000;

    public static implicit operator ForeignText(string? text) => new(text);

    public override string ToString()
    {
        var text = Text ?? "";
        if (text.Length > MaxLength)
            text = text[..(MaxLength - 1)] + "…";
        // Half a surrogate pair is enumerated as the replacement character.
        return string.Concat(text.EnumerateRunes().Select(Shown));
    }

    static Rune Shown(Rune rune) => rune.Value is '\t' or '\r' or '\n' ? new Rune(' ')
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? Rune.ReplacementChar
        : rune;
}
