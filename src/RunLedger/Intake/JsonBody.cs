using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace RunLedger.Intake;

/// <summary>
/// Reads bodies the same way wherever they come from: the queue, HTTP, a row that was set aside, a file. Nothing is
/// thrown, whatever the bytes are; what is wrong is said in words for whoever sent them.
/// </summary>
/// <remarks>
/// Of members with the same name the last counts, as jsonb has it. A byte order mark is no fault, nor are comments and
/// a comma too many.
/// </remarks>
static class JsonBody
{
    const string NotUtf8 = "Not UTF-8: send the JSON in UTF-8.";

    /// <summary>The reader keeps one bit a level; whoever walks through what it read has a limit of its own.</summary>
    public static readonly JsonDocumentOptions AnyDepth = new()
    {
        MaxDepth = int.MaxValue,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    static readonly JsonDocumentOptions Passable = AnyDepth with { MaxDepth = ReadableJson.MaxDepth };

    /// <summary>How contracts are read; the only one of their members that is nested is evidence.</summary>
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        MaxDepth = int.MaxValue,
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        Converters = { new WireTimeConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Undoes a content encoding: gzip, deflate, br; what names a character set is none.</summary>
    /// <param name="body">As it came; what is left is unpacked.</param>
    /// <param name="encoding">As the message or request says, or null.</param>
    /// <param name="most">How large it may become.</param>
    /// <returns>What is wrong, or null.</returns>
    public static string? Unpack(ref ReadOnlyMemory<byte> body, string? encoding, int most)
    {
        using var packed = AsStream(body);
        using Stream? unpacking = encoding?.Trim().ToLowerInvariant() switch
        {
            null or "" or "identity" or "utf-8" or "utf8" or "us-ascii" or "ascii" or "binary" => packed,
            "gzip" or "x-gzip" => new GZipStream(packed, CompressionMode.Decompress),
            // By its name zlib's format; some send it without the two bytes of its head.
            "deflate" when body.Span is [0x78, ..] => new ZLibStream(packed, CompressionMode.Decompress),
            "deflate" => new DeflateStream(packed, CompressionMode.Decompress),
            "br" => new BrotliStream(packed, CompressionMode.Decompress),
            _ => null,
        };
        if (unpacking is null)
            return $"The content encoding '{CutText.To(encoding, 40)}' is not known: send gzip, br, deflate, or none.";
        if (unpacking == packed)
            return null;
        try
        {
            using var unpacked = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (unpacking.Read(buffer) is > 0 and var count)
            {
                if (unpacked.Length + count > most)
                    return $"The body has more than {most:N0} bytes when it is unpacked: send less at once.";
                unpacked.Write(buffer, 0, count);
            }

            body = unpacked.GetBuffer().AsMemory(0, (int)unpacked.Length);
            return null;
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or IOException)
        {
            return $"The body is not what its content encoding says: {e.Message}";
        }
    }

    /// <summary>One JSON value, all of whose text can be read and passed on.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> utf8, out JsonElement json, [NotNullWhen(false)] out string? fault)
    {
        var span = WithoutMark(utf8).Span;
        if (!Utf8.IsValid(span))
        {
            (json, fault) = (default, NotUtf8);
            return false;
        }

        if (!TryParse(span, Passable, out json, out fault))
            return false;
        // Only what is escaped can still be no text.
        fault = span.Contains((byte)'\\') ? ReadableJson.Fault(json) : null;
        return fault is null;
    }

    /// <summary>
    /// One JSON value, also where a part of it is no text or is nested too deep to be passed on: whoever reads that
    /// part sees to it.
    /// </summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> utf8, out JsonElement json, [NotNullWhen(false)] out string? fault) =>
        TryParse(WithoutMark(utf8).Span, AnyDepth, out json, out fault);

    /// <summary>
    /// The member that says which contract it is; with a capital letter, as .NET's serializers write all of them where
    /// nobody tells them otherwise.
    /// </summary>
    public static JsonElement? TypeOf(JsonElement json) =>
        ReadableJson.Member(json, "type") ?? ReadableJson.Member(json, "Type");

    /// <summary>
    /// A contract's JSON: the contract, or why it is none. An optional member that cannot be read costs itself alone.
    /// </summary>
    /// <param name="contract">Which.</param>
    /// <param name="json">As it was sent; its text need not be any.</param>
    /// <param name="dropped">What was left out of it, or mended; the contract's evidence says so too.</param>
    public static object ToContract(Type contract, JsonElement json, out IReadOnlyList<string> dropped)
    {
        dropped = [];
        if (json.ValueKind != JsonValueKind.Object)
        {
            var kind = json.ValueKind.ToString().ToLowerInvariant();
            return new RejectedBody(contract.Name, $"A {contract.Name} is a JSON object, and this is {kind}.");
        }

        try
        {
            return json.Deserialize(contract, Options)!;
        }
        catch (Exception e) when (IsOfReading(e))
        {
            try
            {
                return ContractParts.Read(contract, json, out dropped);
            }
            catch (Exception fault) when (IsOfReading(fault))
            {
                // What was read again stands elsewhere than it did.
                if (fault is JsonException { Path: { } path } && e is JsonException first && first.Path == path)
                    fault = e;
                var words = ObservationDeserializer.Words(fault);
                return new RejectedBody(contract.Name, $"Not a {contract.Name}: {words}");
            }
        }
    }

    /// <summary>What is wrong with it, named where a reader of JSON has no word for it.</summary>
    public static string Words(JsonException fault, ReadOnlySpan<byte> json) =>
        BareNumber(fault, json) is { } number
            ? $"Not JSON: {number} is no number of JSON: send null, or the word in quotes."
            // The reader quotes what it does not know, however long it is.
            : $"Not JSON: {CutText.To(fault.Message, 300)}";

    /// <summary>
    /// What is written for numbers that are none (NaN, Infinity, -Infinity) in quotes, for whoever would rather have
    /// that than no JSON.
    /// </summary>
    /// <returns>The same memory where there is none.</returns>
    public static ReadOnlyMemory<byte> Quoted(ReadOnlyMemory<byte> json)
    {
        var rest = json.Span;
        if (rest.IndexOf("NaN"u8) < 0 && rest.IndexOf("Infinity"u8) < 0)
            return json;
        var (quoted, from, inText) = (new ArrayBufferWriter<byte>(json.Length + 64), 0, false);
        for (var at = 0; at < rest.Length; at++)
        {
            if (inText)
            {
                if (rest[at] == '\\')
                    at++;
                else
                    inText = rest[at] != '"';
                continue;
            }

            inText = rest[at] == '"';
            if (NoNumber(rest[at..]) is not { Length: > 0 } number)
                continue;
            quoted.Write(rest[from..at]);
            quoted.Write("\""u8);
            quoted.Write(number);
            quoted.Write("\""u8);
            from = at + number.Length;
            at = from - 1;
        }

        if (from == 0)
            return json;
        quoted.Write(rest[from..]);
        return quoted.WrittenMemory;
    }

    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body) =>
        body.Span.StartsWith("\uFEFF"u8) ? body["\uFEFF"u8.Length..] : body;

    static bool TryParse(
        ReadOnlySpan<byte> span,
        JsonDocumentOptions options,
        out JsonElement json,
        [NotNullWhen(false)] out string? fault)
    {
        try
        {
            json = JsonElement.Parse(span, options);
            fault = null;
            return true;
        }
        catch (JsonException e)
        {
            json = default;
            fault = !Utf8.IsValid(span) ? NotUtf8
                : BodyParts.Fault(span) is null
                    ? $"Its depth is more than {ReadableJson.MaxDepth} levels: send it flatter."
                    : Words(e, span);
            return false;
        }
    }

    static bool IsOfReading(Exception e) => e is JsonException or FormatException or InvalidOperationException;

    static ReadOnlySpan<byte> NoNumber(ReadOnlySpan<byte> json) =>
        json.StartsWith("NaN"u8) ? "NaN"u8
        : json.StartsWith("Infinity"u8) ? "Infinity"u8
        : json.StartsWith("-Infinity"u8) ? "-Infinity"u8
        : default;

    /// <summary>What the reader stopped at, where that is one of them.</summary>
    static string? BareNumber(JsonException fault, ReadOnlySpan<byte> json)
    {
        for (var line = fault.LineNumber ?? 0; line > 0 && json.IndexOf((byte)'\n') is >= 0 and var end; line--)
            json = json[(end + 1)..];
        var at = (int)Math.Min(fault.BytePositionInLine ?? 0, json.Length);
        // Of -Infinity it is the second byte that does not fit.
        var number = at > 0 && json[at - 1] == '-' ? NoNumber(json[(at - 1)..]) : NoNumber(json[at..]);
        return number.IsEmpty ? null : Encoding.UTF8.GetString(number);
    }

    static MemoryStream AsStream(ReadOnlyMemory<byte> body) =>
        MemoryMarshal.TryGetArray(body, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(body.ToArray(), writable: false);
}
