using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RunLedger.Folding;

namespace RunLedger.Intake;

/// <summary>
/// Evidence as it is stored: canonical JSON; of an observation of which something could not be kept an object that says
/// so, <c>{"runledger:dropped": […], "value": …}</c>. So the warning is part of the observation, is there whichever way
/// it came, and stays the same when the observation is read again.
/// </summary>
static class EvidenceJson
{
    const string Value = "value";

    // Evidence is stored, not shown in a page: nothing is escaped but what JSON demands, and, as no encoder of .NET
    // spares them, characters beyond the first 65,536.
    public static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>Null where there is nothing to say, or no room for it.</summary>
    /// <param name="sent">As it was sent.</param>
    /// <param name="maxBytes">The most it may have.</param>
    /// <param name="dropped">What was dropped of the observation; what is dropped here is added to it.</param>
    public static string? Write(JsonElement? sent, int maxBytes, ref List<string>? dropped)
    {
        if (sent is not { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } value)
            return dropped is null ? null : TryWrite(null, dropped, maxBytes, out _);
        if (dropped is null && TryWrite(value, null, maxBytes, out _) is { } asSent)
            return asSent;
        dropped ??= [];
        var kept = Open(value, dropped);
        if (kept is { } open && Mend(open) is { } mended)
        {
            kept = mended;
            dropped.Add($"evidenceRef: {StorableText.Mended}");
        }

        if (TryWrite(kept, dropped, maxBytes, out var fault) is { } written)
            return written;
        // What is wrong with it alone, where it is not for want of room beside what is said.
        if (kept is not null)
            dropped.Add($"evidenceRef {(TryWrite(kept, null, maxBytes, out var own) is null ? own : fault)}");
        return TryWrite(null, dropped, maxBytes, out _);
    }

    /// <summary>As an object that says what was dropped; nothing is said of the evidence where it is null.</summary>
    public static void Write(Utf8JsonWriter writer, IEnumerable<string> dropped, Action<Utf8JsonWriter>? value)
    {
        writer.WriteStartObject();
        writer.WriteStartArray(Proof.Dropped);
        foreach (var part in dropped)
            writer.WriteStringValue(part);
        writer.WriteEndArray();
        if (value is not null)
        {
            writer.WritePropertyName(Value);
            value(writer);
        }

        writer.WriteEndObject();
    }

    static string? TryWrite(JsonElement? value, List<string>? dropped, int maxBytes, out string? fault)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            try
            {
                if (dropped is null)
                    CanonicalJson.Write(writer, value!.Value);
                else
                    Write(writer, dropped, value is { } one ? json => CanonicalJson.Write(json, one) : null);
            }
            catch (FormatException e)
            {
                fault = e.Message;
                return null;
            }
        }

        fault = buffer.WrittenCount <= maxBytes
            ? null
            : $"has {buffer.WrittenCount:N0} bytes, more than the {maxBytes:N0} allowed: store it elsewhere and send a "
                + "reference";
        return fault is null ? Encoding.UTF8.GetString(buffer.WrittenSpan) : null;
    }

    /// <summary>What is in such an object, if it is one, with what it says was dropped.</summary>
    static JsonElement? Open(JsonElement evidence, List<string> dropped)
    {
        if (ReadableJson.Member(evidence, Proof.Dropped) is not { ValueKind: JsonValueKind.Array } lines
            || evidence.EnumerateObject().Any(member => ReadableJson.Name(member) is not (Proof.Dropped or Value)))
            return evidence;
        dropped.InsertRange(0, lines.EnumerateArray().Select(line => line.ToString()));
        return ReadableJson.Member(evidence, Value);
    }

    static JsonElement? Mend(JsonElement evidence)
    {
        var json = JsonMarshal.GetRawUtf8Value(evidence).ToArray();
        return StorableText.Mend(json) ? JsonElement.Parse(json, JsonBody.AnyDepth) : null;
    }
}
