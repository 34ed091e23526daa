using System.Text.Encodings.Web;
using System.Text.Json;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Service.Intake.Otlp;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;

namespace RunLedger.Service.Runs;

/// <summary>What the evidence of a row says, taken apart for reading.</summary>
sealed record RunView(
    string? Evidence,
    IReadOnlyList<string> Conflicts,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<Flag> Flags,
    IReadOnlyList<EarlierAttempt> Attempts,
    string? TraceId,
    IReadOnlyList<string> Told)
{
    static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 128,
    };

    public static RunView Of(LedgerRow row)
    {
        if (row.EvidenceRef is null)
            return new(null, [], [], [], [], null, []);
        try
        {
            using var document = JsonDocument.Parse(row.EvidenceRef, new JsonDocumentOptions { MaxDepth = 128 });
            var root = document.RootElement;
            return new(
                JsonSerializer.Serialize(root, Readable), Texts(root, "conflicts"), Texts(root, "warnings"),
                FlagJson.Read(row.EvidenceRef), AttemptsOf(root), TraceOf(root),
                ToldOf(root));
        }
        catch (JsonException)
        {
            // Not of the ledger's making: shown as it is.
            return new(row.EvidenceRef, [], [], [], [], null, []);
        }
    }

    public static string Sentence(Flag flag)
    {
        var value = Phrases.Long(flag.Value);
        // A row of a newer version may have a limit that is not known here.
        var why = Limit.Find(flag.Limit)?.BecauseOf(value)
            ?? $"its counterpart was not seen for {value} ({flag.Limit})";
        var end = flag.RecoveredAt is { } at
            ? $" It came back {LedgerTime.Text(at)} by {flag.RecoveredBy}."
            : flag.Kind == FlagKind.Stuck ? " The next sign of life brings it back."
            : " Its counterpart, however late, brings it back.";
        return $"{(flag.Kind == FlagKind.Stuck ? "Stuck" : "Orphan")}: {why}. Last observation "
            + $"{LedgerTime.Text(flag.LastObservedAt)}, flagged {LedgerTime.Text(flag.FlaggedAt)}.{end}";
    }

    static List<string> Texts(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty(name, out var texts)
        && texts.ValueKind == JsonValueKind.Array
            ? [.. texts.EnumerateArray().Select(text => text.ToString())]
            : [];

    static List<EarlierAttempt> AttemptsOf(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object
        && root.TryGetProperty("attempts", out var attempts)
        && attempts.ValueKind == JsonValueKind.Array
            ? [.. attempts.EnumerateArray().Select(one => one.Deserialize<EarlierAttempt>(JsonSerializerOptions.Web)!)]
            : [];

    // The W3C trace context of the publisher: 00-<trace id>-<span id>-<flags>.
    static string? TraceOf(JsonElement root) =>
        Given(root, "traceparent").Select(parent => parent.Split('-'))
            .FirstOrDefault(
                parts => parts is [_, { Length: 32 } trace, _, _, ..] && trace.All(char.IsAsciiHexDigit))?[1];

    // Who sends a span when it has ended says so.
    static IReadOnlyList<string> ToldOf(JsonElement root) => [.. Given(root, SpanEvidence.Told).Distinct()];

    /// <summary>A text that is a member of the evidence of contracts.</summary>
    static IEnumerable<string> Given(JsonElement root, string name)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("from", out var from)
            || from.ValueKind != JsonValueKind.Object)
            yield break;
        foreach (var contract in from.EnumerateObject())
        {
            if (contract.Value.ValueKind == JsonValueKind.Object
                && contract.Value.TryGetProperty("value", out var value)
                && value.ValueKind == JsonValueKind.Object
                && value.TryGetProperty(name, out var given)
                && given.ValueKind == JsonValueKind.String)
                yield return given.GetString()!;
        }
    }
}
