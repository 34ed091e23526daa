using System.Text.Json;
using System.Text.Unicode;

namespace RunLedger.Cli.Replay;

/// <summary>One JSON value of a file.</summary>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="Json">Its bytes.</param>
/// <param name="Kind">Where it is to go.</param>
/// <param name="Fault">Why it can go nowhere; null where it can.</param>
readonly record struct ReplayItem(int Line, ReadOnlyMemory<byte> Json, ReplayKind Kind, string? Fault = null)
{
    /// <summary>More than the ledger takes in one request.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    // The ledger says what is too deep for it; the reader keeps one bit a level.
    static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    public static ReplayItem Parse(int line, ReadOnlyMemory<byte> json)
    {
        if (line == 1 && json.Span.StartsWith("\uFEFF"u8))
            json = json["\uFEFF"u8.Length..];
        if (json.Length > MaxBytes)
            return new(line, default, default, TooLarge);
        if (!Utf8.IsValid(json.Span))
            return new(line, default, default, "Not UTF-8.");
        if (FindSyntaxError(json.Span) is { } fault)
            return new(line, default, default, NotJson(fault));
        return DetectKind(json.Span) is { } kind
            ? new(line, json, kind)
            : new(
                line,
                default,
                default,
                "Neither an observation (it has no \"type\") nor an OpenLineage event (no \"eventTime\").");
    }

    /// <summary>Told apart by what they cannot do without.</summary>
    static ReplayKind? DetectKind(ReadOnlySpan<byte> json)
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

    /// <summary>Null where these bytes are one JSON value, of any depth.</summary>
    public static JsonException? FindSyntaxError(ReadOnlySpan<byte> json)
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

    public static string TooLarge => $"Larger than the {MaxBytes / 1024 / 1024} MB that a ledger takes at once.";

    // It quotes what it does not know, however long it is, and its own count of lines.
    public static string NotJson(JsonException e)
    {
        var text = e.Message.Split(" LineNumber:")[0];
        return $"Not JSON: {(text.Length > 200 ? text[..200] + "…" : text)}";
    }
}
