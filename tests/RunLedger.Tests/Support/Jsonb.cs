using System.Text.Json;
using System.Text.Json.Nodes;
using RunLedger.Storage.Rows;

namespace RunLedger.Tests.Support;

/// <summary>
/// What PostgreSQL does to evidence on its way through a jsonb column, and rows compared in spite of it.
/// </summary>
static class Jsonb
{
    /// <summary>
    /// The row as it is loaded again: members sorted by length and bytes, a space after every comma and colon.
    /// </summary>
    public static TRow Through<TRow>(TRow row)
        where TRow : LedgerRow => row with
        {
            EvidenceRef = row.EvidenceRef is null
                ? null
                : Text(JsonSerializer.Deserialize<JsonElement>(row.EvidenceRef)),
        };

    /// <summary>
    /// Whether two rows are the same but for when they were created; evidence counts as JSON, not as text.
    /// </summary>
    public static bool Same<TRow>(TRow a, TRow b)
        where TRow : LedgerRow =>
        a.Fold.AsSpan().SequenceEqual(b.Fold)
        && JsonNode.DeepEquals(Node(a.EvidenceRef), Node(b.EvidenceRef))
        && (a with { Fold = null, EvidenceRef = null, CreatedAt = default })
            == (b with { Fold = null, EvidenceRef = null, CreatedAt = default });

    static JsonNode? Node(string? json) => json is null ? null : JsonNode.Parse(json);

    static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(", ", value.EnumerateObject()
            .OrderBy(m => m.Name.Length).ThenBy(m => m.Name, StringComparer.Ordinal)
            .Select(m => $"{JsonSerializer.Serialize(m.Name)}: {Text(m.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(", ", value.EnumerateArray().Select(Text)) + "]",
        _ => value.GetRawText(),
    };
}
