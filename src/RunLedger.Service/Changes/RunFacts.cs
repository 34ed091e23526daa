using System.Text.Json;
using RunLedger.Folding;
using RunLedger.Service.Web;
using RunLedger.Storage.Rows;
using RunLedger.Unlike;

namespace RunLedger.Service.Changes;

/// <summary>
/// What is said of a run, as single facts that can be compared: where each stands, and what it says. A fact of a
/// component is under its name; of several of one name the last one speaks, and how many there are is one of its facts.
/// </summary>
sealed class RunFacts
{
    /// <summary>Of the evidence; what is beyond is not compared.</summary>
    public const int MostOfEvidence = 2_000;
    const int MostCharacters = 1_024;
    const int MostDepth = 32;

    readonly Dictionary<FactPlace, string> _texts = [];
    int _values;
    readonly Dictionary<FactPlace, double> _seconds = [];

    /// <summary>What is said in words or figures.</summary>
    public IReadOnlyDictionary<FactPlace, string> Texts => _texts;

    /// <summary>How long the run, and each of its components, took.</summary>
    public IReadOnlyDictionary<FactPlace, double> Seconds => _seconds;

    /// <summary>The names of its components.</summary>
    public required IReadOnlySet<string> Components { get; init; }

    /// <summary>Whether it has not ended: what is not there yet may come.</summary>
    public required bool IsOpen { get; init; }

    /// <summary>The names of those components that have not ended.</summary>
    public required IReadOnlySet<string> OpenComponents { get; init; }

    /// <summary>Whether its evidence has more than is compared.</summary>
    public bool IsCut { get; private set; }

    /// <param name="run">The header, with its evidence.</param>
    /// <param name="components">Without evidence.</param>
    public static RunFacts Of(RunRow run, IEnumerable<ComponentRow> components)
    {
        var named = components.GroupBy(component =>
            component.DotCode ?? component.EventCode ?? component.ComponentRole ?? "").ToList();
        var isOpen = !run.Status.EndsRun();
        var facts = new RunFacts
        {
            Components = named.Select(of => of.Key).ToHashSet(),
            IsOpen = isOpen,
            OpenComponents = named.Where(of => isOpen && of.Any(component => component.EndedAt is null))
                .Select(of => of.Key).ToHashSet(),
        };
        facts.Add(new(FactKind.Status, null), run.Status.Text());
        facts.Add(new(FactKind.Attempt, null), $"{run.Attempt}");
        facts.Add(new(FactKind.Source, null), run.SourceSystem);
        facts.Add(new(FactKind.Definition, null), run.ProcessDefinitionCode);
        facts.Refs(null, run);
        facts.Took(null, run);
        foreach (var of in named)
        {
            var last = of.OrderBy(component => component.StartedAt ?? DateTime.MaxValue)
                .ThenBy(component => component.ComponentRunId).Last();
            facts.Add(new(FactKind.Status, of.Key), last.Status.Text());
            facts.Add(new(FactKind.Attempt, of.Key), $"{of.Count()}");
            facts.Add(new(FactKind.Role, of.Key), last.ComponentRole);
            facts.Refs(of.Key, last);
            facts.Took(of.Key, last);
        }

        facts.Evidence(run.EvidenceRef);
        return facts;
    }

    void Refs(string? component, LedgerRow row)
    {
        Add(new(FactKind.Input, component), row.InputRef);
        Add(new(FactKind.Output, component), row.OutputRef);
        Add(new(FactKind.Error, component), row.ErrorRef);
    }

    void Took(string? component, LedgerRow row)
    {
        if ((row.EndedAt - row.StartedAt)?.TotalSeconds is { } took and >= 0)
            _seconds[new(FactKind.Duration, component)] = took;
    }

    // The values that messages carried; when they did is another each time.
    void Evidence(string? evidence)
    {
        if (evidence is null)
            return;
        try
        {
            using var document = JsonDocument.Parse(evidence, new JsonDocumentOptions { MaxDepth = 128 });
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root
                || !root.TryGetProperty("from", out var from)
                || from.ValueKind != JsonValueKind.Object)
                return;
            foreach (var contract in from.EnumerateObject())
            {
                if (contract.Value.ValueKind == JsonValueKind.Object
                    && contract.Value.TryGetProperty("value", out var value))
                    Walk(contract.Name, value, 0);
            }

            if (RunVersion.Of(from) is { } version)
                Add(new(FactKind.Version, null), version);
        }
        catch (JsonException)
        {
            // Not of the ledger's making.
        }
    }

    void Walk(string path, JsonElement value, int depth)
    {
        if (++_values > MostOfEvidence)
        {
            IsCut = true;
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object when depth < MostDepth:
                foreach (var member in value.EnumerateObject())
                    Walk($"{path}.{member.Name}", member.Value, depth + 1);
                break;
            case JsonValueKind.Array when depth < MostDepth:
                var at = 0;
                foreach (var member in value.EnumerateArray())
                    Walk($"{path}[{at++}]", member, depth + 1);
                break;
            default:
                Add(new(FactKind.Evidence, null, path), value.ToString());
                break;
        }
    }

    void Add(FactPlace place, string? text)
    {
        if (text is not null)
            _texts[place] = RunVersion.Cut(text, MostCharacters);
    }
}
