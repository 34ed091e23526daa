using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace RunLedger.Folding;

/// <summary>
/// One spelling for equal JSON: members sorted by their UTF-16 code units, the last of equal names kept as jsonb keeps
/// it, no white space. Refuses what jsonb cannot store.
/// </summary>
static class CanonicalJson
{
    /// <summary>Readers give up at 64 by default, and the column nests the value three deeper.</summary>
    const int MaxDepth = 60;

    /// <exception cref="FormatException">
    /// The value holds something PostgreSQL cannot store; the message says what.
    /// </exception>
    public static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        if (writer.CurrentDepth >= MaxDepth && value.ValueKind is (JsonValueKind.Object or JsonValueKind.Array))
            throw new FormatException($"is nested more than {MaxDepth} deep: flatten it or send it as text");
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(writer, value);
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Storable(Text(value)));
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(Number(value), skipInputValidation: true);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.WriteBooleanValue(value.GetBoolean());
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    /// <exception cref="FormatException">The text holds NUL or half a surrogate pair.</exception>
    public static string Storable(string text) =>
        FaultOf(text) is { } fault ? throw new FormatException(fault) : text;

    /// <summary>Why text cannot be stored, without a name; null where it can.</summary>
    public static string? FaultOf(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
            return "holds a NUL character, which PostgreSQL cannot store: remove it";
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return "holds half a surrogate pair, which is no text: send valid Unicode";
            i++;
        }

        return null;
    }

    static void WriteObject(Utf8JsonWriter writer, JsonElement value)
    {
        var members = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
            members[Storable(Name(member))] = member.Value;
        writer.WriteStartObject();
        foreach (var (name, member) in members)
        {
            writer.WritePropertyName(name);
            Write(writer, member);
        }

        writer.WriteEndObject();
    }

    // System.Text.Json parses escaped half surrogates and refuses them only when the text is read.
    static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("holds half a surrogate pair, which is no text: send valid Unicode");
        }
    }

    static string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new FormatException("holds half a surrogate pair in a name, which is no text: send valid Unicode");
        }
    }

    /// <summary>Whether jsonb holds the number in about as many digits as it was sent with.</summary>
    public static bool IsStorableNumber(string raw)
    {
        var exponentAt = raw.AsSpan().IndexOfAny('e', 'E');
        var exponent = 0;
        var readable = exponentAt < 0 || int.TryParse(
            raw.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent);
        return readable && Math.Abs((long)exponent) <= 308 && raw.Length <= 1024;
    }

    // jsonb stores any numeric, digit by digit: 1e100000 would become 100,000 of them.
    static string Number(JsonElement value) =>
        value.GetRawText() is var raw && IsStorableNumber(raw)
            ? raw
            : throw new FormatException("holds a number beyond what a double can say: send it as text");
}
