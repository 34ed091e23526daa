using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RunLedger.Client;

/// <summary>Removes what the ledger's tables cannot store before it is sent. Nothing here throws.</summary>
static class Sanitizer
{
    const int MaxRef = 32_768;
    const int MaxLine = 1_000;

    /// <summary>The ledger's default.</summary>
    const int MaxEvidence = 256 * 1024;

    /// <summary>The ledger's limit.</summary>
    const int MaxDepth = 60;

    // As the ledger counts its bytes.
    static readonly JsonSerializerOptions Json = new(JsonSerializerOptions.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = MaxDepth,
    };

    /// <summary>
    /// A code, mended where it must be; null where there is none. One that is too long the ledger shortens.
    /// </summary>
    public static string? Code(string? text) => string.IsNullOrWhiteSpace(text) ? null : Ref(text);

    /// <summary>A reference, cut and mended where it must be.</summary>
    public static string? Ref(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        text = Truncate(text, MaxRef);
        return IsStorable(text)
            ? text
            : string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? "\uFFFD" : rune.ToString()));
    }

    /// <summary>For a log: one line, cut, and without control characters.</summary>
    public static string Line(string text)
    {
        if (text.Length > MaxLine)
            text = text[..(MaxLine - 1)] + "…";
        return string.Concat(text.EnumerateRunes().Select(Shown));

        static string Shown(Rune rune) => rune.Value is '\t' or '\r' or '\n' ? " "
            : Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                ? "\uFFFD"
                : rune.ToString();
    }

    /// <summary>At most so many characters, without half a surrogate pair at the end.</summary>
    public static string Truncate(string text, int maxLength) =>
        text.Length <= maxLength
            ? text
            : text[..(char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength)];

    public static Guid? Id(Guid? id) => id == Guid.Empty ? null : id;

    /// <summary>An exception in one line.</summary>
    public static string Error(Exception exception)
    {
        try
        {
            return $"{exception.GetType().FullName}: {exception.Message}";
        }
        catch (Exception)
        {
            // The message is computed by foreign code, which may throw.
            return exception.GetType().FullName!;
        }
    }

    /// <summary>
    /// Evidence as JSON, serialized at once because it may change. Evidence that the ledger would leave out or mend is
    /// replaced by a note that says why.
    /// </summary>
    public static JsonElement? Evidence(object? evidence)
    {
        if (evidence is null)
            return null;
        try
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(evidence, evidence.GetType(), Json);
            if (bytes.Length > MaxEvidence)
                return Note($"left out: {bytes.Length:N0} bytes of JSON");
            var json = JsonElement.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return IsStorable(json)
                ? json
                : Note($"left out: a NUL character, or a number beyond what a double can say");
        }
        catch (Exception e)
        {
            // Serialization runs foreign code, which may throw anything.
            return Note($"not JSON: {evidence.GetType().FullName}: {Error(e)}");
        }
    }

    static JsonElement Note(FormattableString note) =>
        JsonSerializer.SerializeToElement(Ref(note.ToString(CultureInfo.InvariantCulture)), Json);

    static bool IsStorable(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object =>
            json.EnumerateObject().All(member => IsStorable(member.Name) && IsStorable(member.Value)),
        JsonValueKind.Array => json.EnumerateArray().All(IsStorable),
        JsonValueKind.String => IsStorable(json.GetString()!),
        JsonValueKind.Number => IsDouble(json.GetRawText()),
        _ => true,
    };

    static bool IsDouble(string number)
    {
        var exponent = number.AsSpan(number.AsSpan().IndexOfAny('e', 'E') + 1);
        return number.Length <= 1_024 && (exponent.Length == number.Length
            || (int.TryParse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power)
                && power is >= -308 and <= 308));
    }

    // PostgreSQL stores neither NUL nor half a surrogate pair.
    static bool IsStorable(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\0' || (char.IsSurrogate(text[at])
                && !(at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))))
                return false;
            if (char.IsHighSurrogate(text[at]))
                at++;
        }

        return true;
    }
}
