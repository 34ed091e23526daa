using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;

namespace RunLedger.Cli.Replaying;

/// <summary>
/// The JSON values of a stream, with the lines they begin on: one a line (NDJSON, of any length), an array of them, or values
/// that go over several lines. What is wrong with one costs only that one where it has a line to itself.
/// </summary>
static class ReplayReader
{
    /// <summary>More than the ledger takes in one request.</summary>
    public const int MaxValue = 8 * 1024 * 1024;

    /// <summary>An array has to be read as a whole.</summary>
    const int MaxWhole = 1024 * 1024 * 1024;

    // The ledger says what is too deep for it; the reader keeps one bit a level.
    static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };
    static readonly JsonReaderOptions Several = Options with { AllowMultipleValues = true };

    public static async IAsyncEnumerable<ReplayItem> ReadAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        if (await IsWholeAsync(pipe, cancellationToken))
        {
            foreach (var item in Whole(await RestAsync(pipe, cancellationToken)))
                yield return item;
            yield break;
        }

        await foreach (var item in LinesAsync(pipe, cancellationToken))
            yield return item;
    }

    /// <summary>Whether the first line is no value by itself, but the beginning of one that the second goes on with.</summary>
    static async Task<bool> IsWholeAsync(PipeReader pipe, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var text = Start(read.Buffer);
            var whole = IsWhole(text, read.IsCompleted || read.Buffer.Length > MaxValue);
            if (whole is { } known)
            {
                pipe.AdvanceTo(read.Buffer.Start);
                return known;
            }

            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    static ReadOnlySpan<byte> Start(ReadOnlySequence<byte> buffer)
    {
        ReadOnlySpan<byte> bytes = buffer.ToArray();
        return (bytes.StartsWith("\uFEFF"u8) ? bytes["\uFEFF"u8.Length..] : bytes).TrimStart(" \t\r\n"u8);
    }

    /// <summary>Null where more of it must be seen.</summary>
    static bool? IsWhole(ReadOnlySpan<byte> text, bool isAll)
    {
        if (text.IsEmpty)
            return isAll ? false : null;
        if (text[0] == '[')
            return true;
        var end = text.IndexOf((byte)'\n');
        if (end < 0)
            return isAll ? false : null;
        var next = text[(end + 1)..].TrimStart(" \t\r\n"u8);
        if (next.IsEmpty && !isAll)
            return null;
        // A line that was cut is followed by another object; a value that goes on is not.
        return text[0] == '{' && !next.IsEmpty && next[0] != '{' && Fault(text[..end]) is not null;
    }

    static async IAsyncEnumerable<ReplayItem> LinesAsync(PipeReader pipe, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var number = 0;
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            List<ReplayItem> items = [];
            while (Next(ref rest, read.IsCompleted) is { } line)
            {
                number++;
                if (!line.AsSpan().Trim(" \t\r"u8).IsEmpty)
                    items.Add(Of(number, line));
            }

            foreach (var item in items)
                yield return item;
            if (rest.Length > MaxValue)
            {
                yield return new(number + 1, default, default, TooLarge);
                await SkipLineAsync(pipe, rest.End, cancellationToken);
                number++;
                continue;
            }

            pipe.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                yield break;
        }
    }

    static byte[]? Next(ref ReadOnlySequence<byte> rest, bool isAll)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            var line = rest.Slice(0, end).ToArray();
            rest = rest.Slice(rest.GetPosition(1, end));
            return line;
        }

        if (!isAll || rest.IsEmpty)
            return null;
        var last = rest.ToArray();
        rest = rest.Slice(rest.End);
        return last;
    }

    static async Task SkipLineAsync(PipeReader pipe, SequencePosition seen, CancellationToken cancellationToken)
    {
        pipe.AdvanceTo(seen);
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                pipe.AdvanceTo(read.Buffer.GetPosition(1, end));
                return;
            }

            pipe.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
        }
    }

    static async Task<byte[]> RestAsync(PipeReader pipe, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            if (read.Buffer.Length > MaxWhole)
                throw new CliException("An array of more than 1 GB cannot be read at once: write one value a line, for example with jq -c '.[]'.");
            if (read.IsCompleted)
                return read.Buffer.ToArray();
            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    static List<ReplayItem> Whole(byte[] bytes)
    {
        List<ReplayItem> items = [];
        var text = bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? "\uFEFF"u8.Length : 0);
        var (line, counted) = (1, 0);
        var reader = new Utf8JsonReader(text.Span, Several);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartArray && reader.CurrentDepth == 0 || reader.TokenType is JsonTokenType.EndArray)
                    continue;
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                items.Add(Of(LineAt(start), text[start..(int)reader.BytesConsumed]));
            }
        }
        catch (JsonException e)
        {
            items.Add(new(LineAt((int)reader.BytesConsumed), default, default, $"{NotJson(e)} What follows it was not read."));
        }

        return items;

        int LineAt(int position)
        {
            line += text.Span[counted..position].Count((byte)'\n');
            counted = position;
            return line;
        }
    }

    static ReplayItem Of(int line, ReadOnlyMemory<byte> json)
    {
        if (line == 1 && json.Span.StartsWith("\uFEFF"u8))
            json = json["\uFEFF"u8.Length..];
        if (json.Length > MaxValue)
            return new(line, default, default, TooLarge);
        if (!Utf8.IsValid(json.Span))
            return new(line, default, default, "Not UTF-8.");
        if (Fault(json.Span) is { } fault)
            return new(line, default, default, NotJson(fault));
        return Kind(json.Span) is { } kind
            ? new(line, json, kind)
            : new(line, default, default, "Neither an observation (it has no \"type\") nor an OpenLineage event (no \"eventTime\").");
    }

    /// <summary>Told apart by what they cannot do without.</summary>
    static ReplayKind? Kind(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;
        ReplayKind? kind = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
                return ReplayKind.Observation;
            if (reader.ValueTextEquals("eventTime"u8) || reader.ValueTextEquals("schemaURL"u8))
                kind = ReplayKind.Lineage;
            reader.Skip();
        }

        return kind;
    }

    static JsonException? Fault(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, Options);
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

    static string TooLarge => $"Larger than the {MaxValue / 1024 / 1024} MB that a ledger takes at once.";

    // It quotes what it does not know, however long it is, and its own count of lines.
    static string NotJson(JsonException e)
    {
        var text = e.Message.Split(" LineNumber:")[0];
        return $"Not JSON: {(text.Length > 200 ? text[..200] + "…" : text)}";
    }
}
