using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RunLedger.Deadlines;
using RunLedger.Folding;

namespace RunLedger.Journal;

/// <summary>
/// What the ledger infers by its own clock, and a log knows nothing of: stuck, orphan and what says so.
/// </summary>
static partial class InferredValues
{
    /// <summary>Whether the ledger's status is the log's, but for a flag that its evidence has open.</summary>
    public static bool SameStatus(string? ledger, string? log, string? evidence)
    {
        if (ledger == log)
            return true;
        var flag = ledger == RunStatus.Stuck.Text() ? FlagKind.Stuck
            : ledger == RunStatus.Orphan.Text() ? FlagKind.Orphan
            : (FlagKind?)null;
        return flag is { } kind
            && log is not ("completed" or "failed" or "cancelled")
            && FlagJson.Read(evidence).Any(one => one.IsOpen && one.Kind == kind);
    }

    /// <summary>Whether both say the same beside flags, and the warning that stands in for one.</summary>
    public static bool SameEvidence(string? ledger, string? log) =>
        ledger == log || JsonNode.DeepEquals(Without(ledger), Without(log));

    static JsonNode? Without(string? evidence)
    {
        var node = evidence is null ? null : JsonNode.Parse(evidence);
        if (node is not JsonObject json)
            return node;
        json.Remove("flags");
        if (json["warnings"] is JsonArray warnings)
        {
            warnings.RemoveAll(warning => warning is JsonValue value && value.TryGetValue<string>(out var text)
                && ParentUnseen().IsMatch(text));
            if (warnings.Count == 0)
                json.Remove("warnings");
        }

        return json.Count == 0 ? null : json;
    }

    [GeneratedRegex("^its parent [0-9a-f-]{36} was never observed$")]
    private static partial Regex ParentUnseen();
}
