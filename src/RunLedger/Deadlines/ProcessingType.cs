using System.Text.Json;
using RunLedger.Folding;

namespace RunLedger.Deadlines;

/// <summary>
/// Whether a run is meant to end. OpenLineage says so of a job, in the facet <c>jobType</c>
/// (https://openlineage.io/docs/spec/facets/job-facets/job-type): a stream and a service run until they are stopped.
/// </summary>
static class ProcessingType
{
    public static bool IsEndless(Fold run) =>
        run.Identities.First.Of.StartsWith("OL:", StringComparison.Ordinal)
        && run.Evidence.Any(proof =>
            proof.Json is { } json && json.Contains("\"processingType\"", StringComparison.Ordinal) && IsEndless(json));

    static bool IsEndless(string evidence)
    {
        using var document = JsonDocument.Parse(evidence);
        return Member(document.RootElement, "jobFacets") is { } facets
            && Member(facets, "jobType") is { } type
            && Member(type, "processingType") is { ValueKind: JsonValueKind.String } processing
            && processing.GetString()!.ToUpperInvariant() is "STREAMING" or "SERVICE";
    }

    static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) ? member : null;
}
