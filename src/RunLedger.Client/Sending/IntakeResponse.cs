using System.Text.Json;

namespace RunLedger.Client.Sending;

/// <summary>The ledger's response to a batch of observations or OpenLineage events.</summary>
/// <param name="Accepted">How many observations are durable.</param>
/// <param name="Ignored">The lines, counted from 1, that are valid and say nothing about a run.</param>
/// <param name="Rejected">The lines, counted from 1, that the ledger rejected, and why.</param>
sealed record IntakeResponse(
    int Accepted,
    IReadOnlyList<(int Line, string Reason)> Ignored,
    IReadOnlyList<(int Line, string Reason)> Rejected)
{
    /// <summary>Null where the JSON is not such a response, for example because a proxy answered.</summary>
    public static IntakeResponse? FromJson(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        var hasCount = json.TryGetProperty("accepted", out var accepted);
        if (!hasCount && !json.TryGetProperty("rejected", out _))
            return null;
        try
        {
            return new(hasCount ? accepted.GetInt32() : 0, ReadLines(json, "ignored"), ReadLines(json, "rejected"));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    static List<(int Line, string Reason)> ReadLines(JsonElement json, string name) =>
        json.TryGetProperty(name, out var lines) ? [.. lines.EnumerateArray().Select(ReadLine)] : [];

    static (int Line, string Reason) ReadLine(JsonElement json) => (
        json.TryGetProperty("line", out var line) ? line.GetInt32() : 0,
        json.TryGetProperty("reason", out var reason) ? reason.ToString() : json.ToString());
}
