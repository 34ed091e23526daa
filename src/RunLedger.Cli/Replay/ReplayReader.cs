using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using RunLedger.Cli.Errors;
using RunLedger.Intake;

namespace RunLedger.Cli.Replay;

/// <summary>
/// Reads the JSON values of a stream, with the line each begins on: NDJSON of any length, an array, or values that span
/// lines. In NDJSON an invalid line loses only its own value.
/// </summary>
static class ReplayReader
{
    /// <summary>An array is read into memory as a whole.</summary>
    const int MaxDocumentBytes = 1024 * 1024 * 1024;

    static readonly JsonReaderOptions MultipleValues = new()
    {
        MaxDepth = int.MaxValue,
        AllowMultipleValues = true,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    public static async IAsyncEnumerable<ReplayItem> Read(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        if (await IsSingleDocument(pipe, cancellationToken))
        {
            foreach (var item in ReadDocument(await ReadToEnd(pipe, cancellationToken)))
                yield return item;
            yield break;
        }

        await foreach (var item in ReadLines(pipe, cancellationToken))
            yield return item;
    }

    /// <summary>
    /// Whether the stream is an array, or its first value spans lines: then it must be parsed as a whole.
    /// </summary>
    static async Task<bool> IsSingleDocument(PipeReader pipe, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var text = TrimStart(read.Buffer);
            var whole = DetectSingleDocument(text, read.IsCompleted || read.Buffer.Length > ReplayItem.MaxBytes);
            if (whole is { } known)
            {
                pipe.AdvanceTo(read.Buffer.Start);
                return known;
            }

            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    static ReadOnlySpan<byte> TrimStart(ReadOnlySequence<byte> buffer)
    {
        ReadOnlySpan<byte> bytes = buffer.ToArray();
        return (bytes.StartsWith("\uFEFF"u8) ? bytes["\uFEFF"u8.Length..] : bytes).TrimStart(" \t\r\n"u8);
    }

    /// <summary>Null where more of it must be seen.</summary>
    static bool? DetectSingleDocument(ReadOnlySpan<byte> text, bool isAll)
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
        return text[0] == '{' && !next.IsEmpty && next[0] != '{' && BodyParts.Fault(text[..end]) is not null;
    }

    static async IAsyncEnumerable<ReplayItem> ReadLines(
        PipeReader pipe, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var number = 0;
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            List<ReplayItem> items = [];
            while (NextLine(ref rest, read.IsCompleted) is { } line)
            {
                number++;
                items.AddRange(BodyParts.Of(line, int.MaxValue).Select(part => ReplayItem.Parse(number, part.Json)));
            }

            foreach (var item in items)
                yield return item;
            if (rest.Length > ReplayItem.MaxBytes)
            {
                yield return new(number + 1, default, default, ReplayItem.TooLarge);
                await SkipLine(pipe, rest.End, cancellationToken);
                number++;
                continue;
            }

            pipe.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                yield break;
        }
    }

    static byte[]? NextLine(ref ReadOnlySequence<byte> rest, bool isAll)
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

    static async Task SkipLine(PipeReader pipe, SequencePosition seen, CancellationToken cancellationToken)
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

    static async Task<byte[]> ReadToEnd(PipeReader pipe, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await pipe.ReadAsync(cancellationToken);
            if (read.Buffer.Length > MaxDocumentBytes)
                throw new CliException("An array of more than 1 GB cannot be read at once: write one value a line, "
                    + "for example with jq -c '.[]'.");
            if (read.IsCompleted)
                return read.Buffer.ToArray();
            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    static List<ReplayItem> ReadDocument(byte[] bytes)
    {
        List<ReplayItem> items = [];
        ReadOnlyMemory<byte> text = bytes.AsMemory(bytes.AsSpan().StartsWith("\uFEFF"u8) ? "\uFEFF"u8.Length : 0);
        var (line, counted) = (1, 0);
        if (!text.Span.TrimStart(" \t\r\n"u8).StartsWith("["u8))
        {
            var (values, rest) = BodyParts.Joined(text, line, int.MaxValue);
            items.AddRange(values.Select(value => ReplayItem.Parse(value.Number, value.Json)));
            text = rest;
            line = 1 + bytes.AsSpan()[..^rest.Length].Count((byte)'\n');
        }

        var reader = new Utf8JsonReader(text.Span, MultipleValues);
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.StartArray && reader.CurrentDepth == 0
                    || reader.TokenType is JsonTokenType.EndArray)
                    continue;
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                items.Add(ReplayItem.Parse(LineAt(start), text[start..(int)reader.BytesConsumed]));
            }
        }
        catch (JsonException e)
        {
            items.Add(new(
                LineAt((int)reader.BytesConsumed),
                default,
                default,
                $"{ReplayItem.NotJson(e, text.Span)} What follows it was not read."));
        }

        return items;

        int LineAt(int position)
        {
            line += text.Span[counted..position].Count((byte)'\n');
            counted = position;
            return line;
        }
    }
}
