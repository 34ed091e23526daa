using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RunLedger.Sealing;

/// <summary>
/// One spelling for JSON that is equal, whether it is read from jsonb, from a file or from before it was written:
/// members sorted, the last of equal names kept, numbers by their decimal digits and not by how they were written.
/// </summary>
static class CanonicalEvidence
{
    static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = 1_000,
    };

    static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1_000 };

    [ThreadStatic]
    static ArrayBufferWriter<byte>? _buffer;

    /// <summary>The canonical bytes, until the next call on this thread; of what is no JSON, its own.</summary>
    public static ReadOnlySpan<byte> Of(string json)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        try
        {
            using var document = JsonDocument.Parse(json, Deep);
            using var writer = new Utf8JsonWriter(buffer, Plain);
            Write(writer, document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Somebody put it there, or it was changed: it is hashed as it is.
            buffer.ResetWrittenCount();
            Encoding.UTF8.GetBytes(json, buffer);
        }

        return buffer.WrittenSpan;
    }

    static void Write(Utf8JsonWriter writer, JsonElement value)
    {
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
            case JsonValueKind.Number:
                writer.WriteRawValue(Number(value.GetRawText()), skipInputValidation: true);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    static void WriteObject(Utf8JsonWriter writer, JsonElement value)
    {
        var members = new List<(string Name, JsonElement Value)>();
        foreach (var member in value.EnumerateObject())
            members.Add((member.Name, member.Value));
        writer.WriteStartObject();
        // The order of a stable sort: of equal names the last is the last.
        var sorted = members.OrderBy(member => member.Name, StringComparer.Ordinal).ToList();
        for (var at = 0; at < sorted.Count; at++)
        {
            if (at + 1 < sorted.Count && sorted[at + 1].Name == sorted[at].Name)
                continue;
            writer.WritePropertyName(sorted[at].Name);
            Write(writer, sorted[at].Value);
        }

        writer.WriteEndObject();
    }

    /// <summary>The digits without zeros at either end, and the power of ten of the last one.</summary>
    static string Number(string text)
    {
        var mantissa = text.AsSpan();
        long exponent = 0;
        if (mantissa.IndexOfAny('e', 'E') is >= 0 and var at)
        {
            if (!long.TryParse(mantissa[(at + 1)..], CultureInfo.InvariantCulture, out exponent))
                return text;
            mantissa = mantissa[..at];
        }

        var negative = mantissa[0] == '-';
        mantissa = mantissa.TrimStart('-');
        if (mantissa.IndexOf('.') is >= 0 and var point)
        {
            exponent -= mantissa.Length - point - 1;
            mantissa = string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        }

        var digits = mantissa.TrimStart('0');
        var trimmed = digits.TrimEnd('0');
        exponent += digits.Length - trimmed.Length;
        return trimmed.IsEmpty ? "0"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{(negative ? "-" : "")}{trimmed}{(exponent == 0 ? "" : $"e{exponent}")}");
    }
}
