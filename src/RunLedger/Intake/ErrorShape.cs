using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace RunLedger.Intake;

/// <summary>
/// What error texts about the same thing share: ids, numbers, times, paths and quoted text are folded, the rest stays.
/// </summary>
static partial class ErrorShape
{
    /// <summary>Of a text's beginning only: what follows is a stack trace or a dump.</summary>
    public const int MostRead = 1_000;
    const int MostKept = 300;

    public static string Of(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "";
        var folded = Varying().Replace(text.Length > MostRead ? text[..MostRead] : text, Fold);
        var line = Spaces().Replace(folded, " ").Trim();
        return line.Length > MostKept ? line[..MostKept] : line;
    }

    /// <summary>Names what has the same parts: 16 hexadecimal digits.</summary>
    public static string Fingerprint(params ReadOnlySpan<string?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            // What is not there is not what is empty.
            hash.AppendData(part is null ? [0] : [1]);
            hash.AppendData(Encoding.UTF8.GetBytes(part ?? ""));
            hash.AppendData([0]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 8));
    }

    static string Fold(Match match) =>
        match.Groups["kept"].Success ? match.Value
        : match.Groups["text"].Success ? "<text>"
        : match.Groups["path"].Success ? "<path>"
        : "#";

    // One pass, the most telling first; no alternative can match the same text in two ways, so that no text takes long.
    // Numbers, times and ids become the same sign: eight digits may be any of them.
    [GeneratedRegex(
        """
        (?<kept> <(?:text|path)> )
        | (?<text> "[^"\r\n]*" | (?<!\w)'[^'\r\n]*'(?!\w) | `[^`\r\n]*` | “[^”\r\n]*” | «[^»\r\n]*» )
        | (?<path> \b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s"'<>()\[\]]+
                 | (?<![\w<])~?\.{0,2}/[^\s"'`<>(),;:]+
                 | \b[A-Za-z]:\\[^\s"'<>|]+ )
        | \b\d{4}-\d\d-\d\d(?:[Tt\x20]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?\b
        | \b[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\b
        | \b0[xX][0-9A-Fa-f]+\b
        | \b(?=[A-Fa-f]*[0-9])[0-9A-Fa-f]{8,}\b
        | \b(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{16,}\b
        | (?:(?<!\w)[+-])?[0-9]+(?:[.,:][0-9]+)*
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Varying();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
