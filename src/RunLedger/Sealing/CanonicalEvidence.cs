using System.Buffers;
using System.Runtime.InteropServices;
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

    /// <summary>So many members are sorted in place.</summary>
    const int Few = 32;

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
            case JsonValueKind.Number when CanonicalNumber.IsCanonical(JsonMarshal.GetRawUtf8Value(value)):
                writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(CanonicalNumber.Of(value.GetRawText()), skipInputValidation: true);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    static void WriteObject(Utf8JsonWriter writer, JsonElement value)
    {
        var count = value.GetPropertyCount();
        if (count > Few)
        {
            WriteNamed(writer, value);
            return;
        }

        var members = ArrayPool<JsonProperty>.Shared.Rent(count);
        try
        {
            var (at, plain) = (0, true);
            foreach (var member in value.EnumerateObject())
            {
                members[at++] = member;
                plain &= IsPlainName(JsonMarshal.GetRawUtf8PropertyName(member));
            }

            if (plain)
                WriteSorted(writer, members.AsSpan(0, count));
            else
                WriteNamed(writer, value);
        }
        finally
        {
            ArrayPool<JsonProperty>.Shared.Return(members, clearArray: true);
        }
    }

    // By their names as they stand in the text.
    static void WriteSorted(Utf8JsonWriter writer, Span<JsonProperty> members)
    {
        for (var next = 1; next < members.Length; next++)
        {
            var member = members[next];
            var name = JsonMarshal.GetRawUtf8PropertyName(member);
            var at = next;
            for (; at > 0 && name.SequenceCompareTo(JsonMarshal.GetRawUtf8PropertyName(members[at - 1])) < 0; at--)
                members[at] = members[at - 1];
            members[at] = member;
        }

        writer.WriteStartObject();
        for (var at = 0; at < members.Length; at++)
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(members[at]);
            // Equal ones are in their order.
            if (at + 1 < members.Length && name.SequenceEqual(JsonMarshal.GetRawUtf8PropertyName(members[at + 1])))
                continue;
            writer.WritePropertyName(name);
            Write(writer, members[at].Value);
        }

        writer.WriteEndObject();
    }

    static void WriteNamed(Utf8JsonWriter writer, JsonElement value)
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

    // In the order of UTF-16, and without anything that is written otherwise.
    static bool IsPlainName(ReadOnlySpan<byte> name) => Ascii.IsValid(name) && !name.Contains((byte)'\\');
}
