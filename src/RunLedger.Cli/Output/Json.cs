using System.Text.Encodings.Web;
using System.Text.Json;

namespace RunLedger.Cli.Output;

/// <summary>Reads members of the ledger's answers by name; a missing member is null.</summary>
static class Json
{
    /// <summary>Escapes only what JSON requires: the output is for people and scripts, not for web pages.</summary>
    public static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 1_000,
    };

    public static readonly JsonSerializerOptions Line = new(Indented) { WriteIndented = false };

    /// <summary>The member as text without control sequences.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: not JsonValueKind.Null } value
            ? TerminalText.Sanitize(value.ToString())
            : null;

    public static DateTimeOffset? Time(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.String } value && value.TryGetDateTimeOffset(out var time)
            ? time
            : null;

    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.Member(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind is JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : null;
}
