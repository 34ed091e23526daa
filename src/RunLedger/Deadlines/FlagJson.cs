using System.Globalization;
using System.Text.Json;
using RunLedger.Folding;

namespace RunLedger.Deadlines;

/// <summary>The flags of a row, where they are kept: the array <c>flags</c> of <c>evidence_ref</c>.</summary>
static class FlagJson
{
    const string Member = "flags";

    public static void Write(Utf8JsonWriter json, IReadOnlyList<Flag> flags)
    {
        if (flags.Count == 0)
            return;
        json.WriteStartArray(Member);
        foreach (var flag in flags)
        {
            json.WriteStartObject();
            json.WriteString("flag", Text(flag.Kind));
            json.WriteString("limit", flag.Limit);
            json.WriteString("value", flag.Value.ToString("c", CultureInfo.InvariantCulture));
            json.WriteString("lastObservedAt", LedgerTime.Text(flag.LastObservedAt));
            json.WriteString("flaggedAt", LedgerTime.Text(flag.FlaggedAt));
            if (flag.RecoveredAt is { } recovered)
            {
                json.WriteString("recoveredAt", LedgerTime.Text(recovered));
                json.WriteString("recoveredBy", flag.RecoveredBy);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The flags in a stored column; none where somebody else wrote something else there.</summary>
    public static IReadOnlyList<Flag> Read(string? evidence)
    {
        if (evidence is null || !evidence.Contains("\"" + Member + "\"", StringComparison.Ordinal))
            return [];
        using var document = JsonDocument.Parse(evidence);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty(Member, out var flags)
            || flags.ValueKind != JsonValueKind.Array)
            return [];
        return [.. flags.EnumerateArray().Select(Flag).OfType<Flag>()];
    }

    static Flag? Flag(JsonElement json)
    {
        try
        {
            return new Flag(
                json.GetProperty("flag").GetString() == Text(FlagKind.Stuck) ? FlagKind.Stuck : FlagKind.Orphan,
                json.GetProperty("limit").GetString()!,
                TimeSpan.ParseExact(json.GetProperty("value").GetString()!, "c", CultureInfo.InvariantCulture),
                Time(json.GetProperty("lastObservedAt")),
                Time(json.GetProperty("flaggedAt")),
                json.TryGetProperty("recoveredAt", out var at) ? Time(at) : null,
                json.TryGetProperty("recoveredBy", out var by) ? by.GetString() : null);
        }
        catch (Exception e)
            when (e is KeyNotFoundException or FormatException or InvalidOperationException or ArgumentNullException)
        {
            return null;
        }
    }

    static string Text(FlagKind kind) => kind == FlagKind.Stuck ? "stuck" : "orphan";

    static DateTime Time(JsonElement value) => DateTime.Parse(
        value.GetString()!,
        CultureInfo.InvariantCulture,
        DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);
}
