using System.Text.Json;

namespace RunLedger.Cli.Sending;

/// <summary>What the ledger answered to a batch.</summary>
/// <param name="Accepted">How many observations are durable.</param>
/// <param name="Ignored">The lines that are fine and say nothing of a run, from 1.</param>
/// <param name="Rejected">The lines that it has set aside, and why.</param>
sealed record IntakeAnswer(
    int Accepted, IReadOnlyList<(int Line, string Reason)> Ignored, IReadOnlyList<(int Line, string Reason)> Rejected)
{
    public static IntakeAnswer Of(JsonElement json) => new(
        json.TryGetProperty("accepted", out var accepted) ? accepted.GetInt32() : 0,
        Remarks(json, "ignored"),
        Remarks(json, "rejected"));

    static List<(int Line, string Reason)> Remarks(JsonElement json, string name) =>
        json.TryGetProperty(name, out var remarks)
            ? [.. remarks.EnumerateArray()
                .Select(one => (one.GetProperty("line").GetInt32(), one.GetProperty("reason").GetString()!))]
            : [];
}
