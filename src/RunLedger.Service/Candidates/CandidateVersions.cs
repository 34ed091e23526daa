using System.Text.Json;
using RunLedger.Storage;

namespace RunLedger.Service.Candidates;

/// <summary>The versions that runs say they are of: the member <c>version</c> of the evidence of any message.</summary>
static class CandidateVersions
{
    const int MostBytes = 4 * 1024;
    const int MostCharacters = 100;

    public static string Sql(LedgerSql sql) =>
        $"""
         select process_run_id, {sql.TextWithin("evidence_ref", "@bytes")} from process_run_observation
         where {sql.IsOneOf("process_run_id", "@runs")}
         """;

    /// <summary>Null where no run says one.</summary>
    public static async Task<IReadOnlyList<CandidateVersion>?> Read(
        LedgerSql sql, IReadOnlyCollection<CountedRun> runs, CancellationToken cancellationToken)
    {
        var said = (await sql.List(
            Sql(sql),
            row => (Run: row.GetGuid(0), Version: VersionOf(row.TextAt(1))),
            cancellationToken,
            ("runs", runs.Select(run => run.Id).ToArray()),
            ("bytes", MostBytes)))
            .Where(one => one.Version is not null)
            .ToDictionary(one => one.Run, one => one.Version!);
        return said.Count == 0 ? null :
        [
            .. runs.Where(run => said.ContainsKey(run.Id)).GroupBy(run => said[run.Id]).Select(ofOne =>
            {
                var outcomes = CandidateCount.Outcomes(ofOne.Select(run => run.Status));
                return new CandidateVersion
                {
                    Version = ofOne.Key,
                    Outcomes = outcomes,
                    SuccessRate = CandidateCount.SuccessRate(outcomes),
                    LastSeen = ofOne.Max(run => run.CreatedAt),
                };
            }).OrderByDescending(version => version.LastSeen),
        ];
    }

    /// <summary>Of the first message that has one, in the order of the contracts.</summary>
    public static string? VersionOf(string? evidence)
    {
        if (evidence is null || !evidence.Contains("\"version\"", StringComparison.Ordinal))
            return null;
        try
        {
            using var document = JsonDocument.Parse(evidence);
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root
                || !root.TryGetProperty("from", out var from)
                || from.ValueKind != JsonValueKind.Object)
                return null;
            foreach (var contract in from.EnumerateObject())
            {
                if (contract.Value.ValueKind == JsonValueKind.Object
                    && contract.Value.TryGetProperty("value", out var value)
                    && value.ValueKind == JsonValueKind.Object
                    && value.TryGetProperty("version", out var version)
                    && version.ValueKind is JsonValueKind.String or JsonValueKind.Number
                    && version.ToString() is { Length: > 0 } text)
                    return text.Length <= MostCharacters ? text : text[..MostCharacters] + "…";
            }
        }
        catch (JsonException)
        {
            // Not of the ledger's making.
        }

        return null;
    }
}
