using System.Text.Json;
using System.Text.Unicode;
using RunLedger.Intake;

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
    static readonly JsonReaderOptions Options = new()
    {
        MaxDepth = int.MaxValue,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    public static ReplayItem Parse(int line, ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return new(line, default, default, TooLarge);
        if (BodyParts.Fault(json.Span) is { } fault)
            return new(line, default, default, Utf8.IsValid(json.Span) ? NotJson(fault, json.Span) : "Not UTF-8.");
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
            // An escaped name need not be text, and these have nothing to escape.
            if (reader.ValueIsEscaped)
            {
                reader.Skip();
                continue;
            }

            if (reader.ValueTextEquals("type"u8) || reader.ValueTextEquals("Type"u8))
                return ReplayKind.Observation;
            if (reader.ValueTextEquals("eventTime"u8) || reader.ValueTextEquals("schemaURL"u8))
                kind = ReplayKind.Lineage;
            reader.Skip();
        }

        return kind;
    }

    public static string TooLarge => $"Larger than the {MaxBytes / 1024 / 1024} MB that a ledger takes at once.";

    // Without the reader's own count of lines, which are not the file's.
    public static string NotJson(JsonException e, ReadOnlySpan<byte> json)
    {
        var text = JsonBody.Words(e, json).Split(" LineNumber:")[0];
        return text.Length > 220 ? text[..220] + "…" : text;
    }
}
