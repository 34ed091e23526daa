using System.Text.Json;
using RunLedger.Service.Intake.OpenLineage;

namespace RunLedger.Service.Intake;

/// <summary>
/// Parts a body of one JSON value, an array of them, or NDJSON, by their bytes alone: what is wrong inside a part
/// (deep nesting, text that is no text) costs only that part. A body that is one JSON value is that; anything else is
/// taken line by line, unless it plainly is one value with a fault in it.
/// </summary>
static class BodyParts
{
    // Whoever reads a part has a limit of its own; the reader here keeps one bit a level.
    static readonly JsonReaderOptions Reader = new() { MaxDepth = int.MaxValue };

    /// <param name="body">The whole body.</param>
    /// <param name="most">How many parts are taken; one more says that there are more.</param>
    public static List<BodyPart> Of(ReadOnlyMemory<byte> body, int most)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body["\uFEFF"u8.Length..];
        var text = body.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty)
            return [];
        var first = text.Span[0];
        if (first == '[' && Items(text, most) is { } items)
            return items;
        if (Fault(text.Span) is not { } fault)
            return [new(1, body)];
        var lines = Lines(body, most);
        return IsOne(first, fault, lines) ? [new(1, body, Words(fault))] : lines;
    }

    /// <summary>Null where these bytes are one JSON value, of any depth.</summary>
    public static JsonException? Fault(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, Reader);
            while (reader.Read())
            {
            }

            return null;
        }
        catch (JsonException e)
        {
            return e;
        }
    }

    /// <summary>The reader quotes what it does not know, however long it is.</summary>
    public static string Words(JsonException fault) => $"Not JSON: {CutText.To(fault.Message, 300)}";

    /// <summary>Null where the array is none.</summary>
    static List<BodyPart>? Items(ReadOnlyMemory<byte> array, int most)
    {
        try
        {
            var items = new List<BodyPart>();
            var reader = new Utf8JsonReader(array.Span, Reader);
            reader.Read();
            while (reader.Read() && reader.CurrentDepth > 0)
            {
                if (items.Count > most)
                    return items;
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                items.Add(new(items.Count + 1, array[start..(int)reader.BytesConsumed]));
            }

            // Nothing may follow.
            reader.Read();
            return items;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static List<BodyPart> Lines(ReadOnlyMemory<byte> body, int most)
    {
        var lines = new List<BodyPart>();
        var number = 0;
        while (!body.IsEmpty && lines.Count <= most)
        {
            number++;
            var end = body.Span.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
                lines.Add(new(number, line));
        }

        return lines;
    }

    /// <summary>
    /// Whether what is no JSON was meant as one value: its first line is the beginning of one, and none of its lines is
    /// an object. A line of NDJSON that was cut must not cost those after it.
    /// </summary>
    static bool IsOne(byte first, JsonException fault, List<BodyPart> lines) => first switch
    {
        (byte)'[' => Fault(lines[0].Json.Span) is not null,
        (byte)'{' => fault.LineNumber > 0 && !lines.Exists(line =>
            line.Json.Span.TrimStart(" \t"u8) is [(byte)'{', ..] && Fault(line.Json.Span) is null),
        _ => false,
    };
}
