using System.Text;

namespace RunLedger.Intake;

/// <summary>Shortens text to what a column takes.</summary>
static class CutText
{
    const string Marker = "…";

    static readonly int MarkerBytes = Encoding.UTF8.GetByteCount(Marker);

    /// <summary>
    /// The text, or as much of it as fits with a closing ellipsis into this many bytes of UTF-8; a character is kept
    /// whole or not at all. Empty text is no text.
    /// </summary>
    public static string? To(string? text, int maxBytes)
    {
        if (string.IsNullOrEmpty(text) || Encoding.UTF8.GetByteCount(text) <= maxBytes)
        {
            return string.IsNullOrEmpty(text) ? null : text;
        }

        var length = 0;
        var room = maxBytes - MarkerBytes;
        foreach (var rune in text.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length] + Marker;
    }
}
