using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RunLedger.Signing;

/// <summary>
/// JSON in the one spelling of RFC 8785 (JCS), so that a signature is of what a document says and not of how somebody
/// wrote it down. Unlike the ledger's own canonical form, which keeps numbers as they were sent, it writes them as
/// ECMAScript does.
/// </summary>
static class CanonicalText
{
    /// <exception cref="FormatException">A number is beyond a double, or a text is none.</exception>
    public static byte[] Of(JsonElement value)
    {
        var text = new StringBuilder();
        try
        {
            Write(text, value);
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(text.ToString());
        }
        catch (Exception e) when (e is InvalidOperationException or EncoderFallbackException)
        {
            throw new FormatException("it holds half a surrogate pair, which is no text", e);
        }
    }

    static void Write(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteAll(
                    text, '{', value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal), member =>
                    {
                        Write(text, member.Name);
                        text.Append(':');
                        Write(text, member.Value);
                    }, '}');
                break;
            case JsonValueKind.Array:
                WriteAll(text, '[', value.EnumerateArray(), item => Write(text, item), ']');
                break;
            case JsonValueKind.String:
                Write(text, value.GetString()!);
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.GetDouble()));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    static void WriteAll<T>(StringBuilder text, char begin, IEnumerable<T> all, Action<T> write, char end)
    {
        text.Append(begin);
        var first = true;
        foreach (var one in all)
        {
            if (!first)
                text.Append(',');
            first = false;
            write(one);
        }

        text.Append(end);
    }

    static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\']);

    static void Write(StringBuilder text, string value)
    {
        text.Append('"');
        var rest = value.AsSpan();
        for (int at; (at = rest.IndexOfAny(Escaped)) >= 0; rest = rest[(at + 1)..])
        {
            text.Append(rest[..at]);
            _ = rest[at] switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                var control => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)control:x4}"),
            };
        }

        text.Append(rest).Append('"');
    }

    /// <summary>A number as ECMAScript's <c>Number::toString</c> has it: the fewest digits that read back.</summary>
    /// <exception cref="FormatException">It is beyond what a double can say.</exception>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
            throw new FormatException("it holds a number beyond what a double can say");
        if (value == 0)
            return "0";
        // .NET finds the same digits, and puts the point and the exponent elsewhere.
        var parts = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture).Split('E');
        var (whole, fraction) = parts[0].Split('.') is [var before, var behind] ? (before, behind) : (parts[0], "");
        var significant = (whole + fraction).TrimStart('0');
        var point = significant.Length - fraction.Length
            + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        var digits = significant.TrimEnd('0');
        var sign = value < 0 ? "-" : "";
        return sign + (point switch
        {
            > 21 or <= -6 => digits[..1] + (digits.Length > 1 ? $".{digits[1..]}" : "")
                + string.Create(CultureInfo.InvariantCulture, $"e{point - 1:+0;-0}"),
            <= 0 => $"0.{new string('0', -point)}{digits}",
            _ when digits.Length <= point => digits.PadRight(point, '0'),
            _ => $"{digits[..point]}.{digits[point..]}",
        });
    }
}
