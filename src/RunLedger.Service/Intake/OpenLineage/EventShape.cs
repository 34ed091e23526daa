using RunLedger.Intake;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// What the ledger keeps at a place of an event. What it does not name there is nothing that it keeps: of a dataset its
/// name, and not its columns.
/// </summary>
sealed record EventShape
{
    /// <summary>Of a name, or of a message of which the reference keeps the beginning.</summary>
    const int TextBytes = 64 * 1024;

    /// <summary>The members of an object that are kept; null where it is kept as a whole.</summary>
    public IReadOnlyDictionary<string, EventShape>? Members { get; init; }

    /// <summary>Every other member; null where the others are not kept.</summary>
    public EventShape? Others { get; init; }

    /// <summary>The items of an array; null where it is kept as a whole.</summary>
    public EventShape? Items { get; init; }

    /// <summary>Bytes of text, of which the beginning is kept; null where it is all or nothing.</summary>
    public int? CutAt { get; init; }

    static EventShape Text { get; } = new() { CutAt = TextBytes };

    /// <summary>All of it, or nothing where it is too large or too deep.</summary>
    static EventShape Facet { get; } = new();

    static EventShape Facets { get; } = new() { Members = Nothing, Others = Facet };

    static Dictionary<string, EventShape> Nothing => [];

    static EventShape Run { get; } = Of(("runId", Text), ("facets", Facets));

    static EventShape Job { get; } = Of(("namespace", Text), ("name", Text), ("facets", Facets));

    static EventShape Parent { get; } =
        Of(("run", Run), ("job", Job), ("root", Of(("run", Run), ("job", Job)))) with { Others = Facet };

    static EventShape Datasets { get; } = new() { Items = Of(("namespace", Text), ("name", Text)) };

    /// <summary>A run event, and of the other two kinds as much as tells them apart.</summary>
    public static EventShape Event { get; } = Of(
        ("eventType", Text),
        ("eventTime", Text),
        ("producer", Text),
        ("schemaURL", Text),
        ("run", Of(
            ("runId", Text),
            ("facets", Of(
                ("parent", Parent),
                (LineageMapping.OldParent, Parent),
                ("errorMessage", Of(("message", Text)) with { Others = Facet })) with { Others = Facet }))),
        ("job", Job),
        ("dataset", Of()),
        ("inputs", Datasets),
        ("outputs", Datasets));

    static EventShape Of(params ReadOnlySpan<(string Name, EventShape Shape)> members)
    {
        var named = Nothing;
        foreach (var (name, shape) in members)
            named[name] = shape;
        return new() { Members = named };
    }
}
