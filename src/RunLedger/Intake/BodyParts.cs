using System.Text.Json;

namespace RunLedger.Intake;

/// <summary>
/// Parts a body of JSON values, however they follow each other: one, an array of them, one a line, or joined without
/// anything between, as files are that were put together. It goes by their bytes alone: what is wrong inside a part
/// (deep nesting, text that is no text) costs only that part.
/// </summary>
static class BodyParts
{
    // Whoever reads a part has a limit of its own; the reader here keeps one bit a level.
    static readonly JsonReaderOptions One = new()
    {
        MaxDepth = int.MaxValue,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    static readonly JsonReaderOptions Many = One with { AllowMultipleValues = true };

    /// <param name="body">The whole body.</param>
    /// <param name="most">How many parts are taken; one more says that there are more.</param>
    public static List<BodyPart> Of(ReadOnlyMemory<byte> body, int most)
    {
        var text = Trim(body, out var skipped);
        if (text.IsEmpty)
            return [];
        var first = text.Span[0];
        // It may begin with a comment.
        if (first is (byte)'[' or (byte)'/' && Items(text, most) is { } items)
            return items;
        if (Fault(text.Span) is not { } fault)
            return [new(1, JsonBody.WithoutMark(body))];
        var (values, rest) = Joined(text, 1 + Lines(body.Span[..skipped]), most);
        if (rest.IsEmpty)
            return values.TrueForAll(value => value.Json.Span[0] == '[') ? Opened(values, most) : values;
        var lines = Lines(body, most);
        return IsOne(first, fault, lines) ? [new(1, body, JsonBody.Words(fault, text.Span))] : lines;
    }

    /// <summary>Null where these bytes are one JSON value, of any depth.</summary>
    public static JsonException? Fault(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, One);
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

    /// <summary>
    /// What is in arrays that were joined, as files are; each has the line on which its array begins.
    /// </summary>
    static List<BodyPart> Opened(List<BodyPart> arrays, int most) =>
    [
        .. arrays.SelectMany(array => (Items(array.Json, most) ?? [array]).Select(item => new BodyPart(
            array.Number, item.Json))),
    ];

    /// <summary>Null where the array is none.</summary>
    public static List<BodyPart>? Items(ReadOnlyMemory<byte> array, int most)
    {
        try
        {
            var items = new List<BodyPart>();
            var reader = new Utf8JsonReader(array.Span, One);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
                return null;
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

    /// <summary>The values that follow each other here, and what is left where they end.</summary>
    /// <param name="text">Begins with a value.</param>
    /// <param name="line">The line it begins on.</param>
    /// <param name="most">How many are taken; one more says that there are more.</param>
    public static (List<BodyPart> Values, ReadOnlyMemory<byte> Left) Joined(
        ReadOnlyMemory<byte> text, int line, int most)
    {
        var values = new List<BodyPart>();
        while (!text.IsEmpty && values.Count <= most)
        {
            var reader = new Utf8JsonReader(text.Span, Many);
            var end = 0;
            try
            {
                while (values.Count <= most && reader.Read())
                {
                    var start = (int)reader.TokenStartIndex;
                    line += Lines(text.Span[end..start]);
                    reader.Skip();
                    // Nobody writes numbers and words without a space between them.
                    if (text.Span[start] is not ((byte)'{' or (byte)'[') && values.Count > 0)
                        return (values, text[start..]);
                    values.Add(new(line, text[start..(int)reader.BytesConsumed]));
                    line += Lines(text.Span[start..(int)reader.BytesConsumed]);
                    end = (int)reader.BytesConsumed;
                }

                return (values, default);
            }
            catch (JsonException)
            {
                // A mark where one of the files began, or a fault.
                var rest = Trim(text[end..], out var skipped);
                line += Lines(text.Span[end..(end + skipped)]);
                if (!text[end..(end + skipped)].Span.Contains("\uFEFF"u8[0]))
                    return (values, rest);
                text = rest;
            }
        }

        return (values, default);
    }

    static List<BodyPart> Lines(ReadOnlyMemory<byte> body, int most)
    {
        var lines = new List<BodyPart>();
        var number = 0;
        while (!body.IsEmpty && lines.Count <= most)
        {
            number++;
            var end = body.Span.IndexOf((byte)'\n');
            var line = Trim(end < 0 ? body : body[..end], out _);
            body = end < 0 ? default : body[(end + 1)..];
            if (line.IsEmpty)
                continue;
            var (values, rest) = Joined(line, number, most);
            if (!rest.IsEmpty && values is not [{ Json.Span: [(byte)'{', ..] }, ..])
                (values, rest) = ([], line);
            lines.AddRange(values);
            if (!rest.IsEmpty)
                lines.Add(new(number, rest));
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

    static int Lines(ReadOnlySpan<byte> bytes) => bytes.Count((byte)'\n');

    // White space and byte order marks.
    static ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> text, out int skipped)
    {
        var length = text.Length;
        while (true)
        {
            var trimmed = JsonBody.WithoutMark(text.TrimStart(" \t\r\n"u8));
            if (trimmed.Length == text.Length)
                break;
            text = trimmed;
        }

        skipped = length - text.Length;
        return text;
    }
}
