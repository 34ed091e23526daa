using System.Text.Json;
using RunLedger.Contracts;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// What an OpenLineage event, as any of its clients sends it, says in the ledger's words. See
/// https://openlineage.io/docs/spec/object-model for the events.
/// </summary>
/// <remarks>
/// Strict where a run would be mistaken for another (run, job, parent, root, time, type), lenient where only a detail
/// is lost: any other facet may have a shape of its own and is evidence. Nothing is thrown, whatever JSON it is.
/// </remarks>
static class LineageMapping
{
    public const int DefaultEvidenceLimit = 256 * 1024;

    const int RefLimit = 8 * 1024;

    const int FaultsNamed = 5;

    const int QuotedAtMost = 40;

    /// <summary>A run event without a type is additional metadata, which is what OTHER means.</summary>
    const string Other = "OTHER";

    /// <summary>Blank ones: <c>with</c> keeps the contract and fills in the members, the required ones too.</summary>
    static readonly Dictionary<string, RunObservation> Blank = new(StringComparer.OrdinalIgnoreCase)
    {
        ["START"] = Activator.CreateInstance<RunStarted>(),
        ["RUNNING"] = Activator.CreateInstance<RunHeartbeat>(),
        ["COMPLETE"] = Activator.CreateInstance<RunCompleted>(),
        ["FAIL"] = Activator.CreateInstance<RunFailed>(),
        ["ABORT"] = Activator.CreateInstance<RunCancelled>(),
        [Other] = Activator.CreateInstance<RunObserved>(),
    };

    /// <param name="body">One event; a batch is mapped event by event.</param>
    /// <param name="evidenceLimit">What the evidence may take, in bytes; the biggest facets are dropped first.</param>
    public static LineageResult Map(JsonElement body, int evidenceLimit = DefaultEvidenceLimit)
    {
        if (body.ValueKind != JsonValueKind.Object)
        {
            return LineageResult.Rejected("the event is not a JSON object: send one OpenLineage RunEvent");
        }

        if (ReadableJson.Fault(body) is { } unreadable)
        {
            return LineageResult.Rejected(unreadable);
        }

        var @event = new EventNode(body, "", []);
        if (WhatElse(@event) is { } kind)
        {
            return LineageResult.Ignored($"a {kind} says nothing of a run");
        }

        return Observe(@event, evidenceLimit) is { } observation
            ? LineageResult.Taken(observation)
            : LineageResult.Rejected(string.Join("; ", @event.Faults.Distinct().Take(FaultsNamed)));
    }

    /// <summary>OpenLineage tells its three events apart by what they have: a dataset, or a job and no run.</summary>
    static string? WhatElse(EventNode @event) => @event switch
    {
        _ when @event.Member("run") is not null || @event.Member("eventType") is not null => null,
        _ when @event.Member("dataset") is not null => "DatasetEvent",
        _ when @event.Member("job") is not null => "JobEvent",
        _ => null,
    };

    /// <remarks>
    /// The wire key of a whole tree of runs is the id of its root run. The root itself names no parent, so its own id
    /// is its key; every other run is told its root by the parent facet (since version 1-1-0 of it). An older client
    /// names the parent only, which is the root for all but grandchildren: a deeper tree from such a client has a key
    /// per parent and hangs together by <c>ParentRunId</c> alone. Ids that are no UUIDs are made into some on all
    /// these ways alike, so that the keys are equal.
    /// </remarks>
    static RunObservation? Observe(EventNode @event, int evidenceLimit)
    {
        var blank = BlankOf(@event);
        var occurredAt = LineageTime.Of(@event);
        var job = LineageJob.Of(@event);
        var run = LineageRunId.Of(@event);
        var facets = @event.Member("run")?.Object("facets");
        var parent = facets?.Object("parent");
        var parentRun = parent is { } parentNode ? LineageRunId.Of(parentNode) : null;
        var rootRun = parent?.Object("root") is { } rootNode ? LineageRunId.Of(rootNode) : null;
        var input = Datasets(@event, "inputs");
        var output = Datasets(@event, "outputs");
        if (@event.Faults.Count > 0)
        {
            return null;
        }

        return blank! with
        {
            ProcessRunId = run!.Value,
            ProcessCandidateCode = job!.CandidateCode,
            CorrelationId = (rootRun ?? parentRun ?? run).Value.ToString(),
            SourceSystem = SourceSystems.WorkflowEngine,
            OccurredAt = occurredAt!.Value,
            ParentRunId = parentRun,
            InputRef = input,
            OutputRef = output,
            ErrorRef = CutText.To(ErrorMessage(facets), RefLimit),
            EvidenceRef = LineageEvidence.Of(@event.Json, evidenceLimit),
        };
    }

    static RunObservation? BlankOf(EventNode @event)
    {
        const string send = "START, RUNNING, COMPLETE, FAIL, ABORT or OTHER";
        if (@event.Member("eventType") is not { } type)
        {
            return Blank[Other];
        }

        if (type.As(JsonValueKind.String, send)?.Json.GetString() is not { } text)
        {
            return null;
        }

        if (!Blank.TryGetValue(text, out var blank))
        {
            type.Blame($"is \"{CutText.To(text, QuotedAtMost)}\"", send);
        }

        return blank;
    }

    /// <summary>One dataset a line, sorted: clients list sets, in any order.</summary>
    static string? Datasets(EventNode @event, string name)
    {
        var names = @event.Objects(name)
            .Select(dataset => $"{dataset.Text("namespace", "a string")}/{dataset.Text("name", "a string")}")
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        return CutText.To(string.Join('\n', names), RefLimit);
    }

    static string? ErrorMessage(EventNode? facets) =>
        facets?.Member("errorMessage")?.Member("message") is { Json.ValueKind: JsonValueKind.String } message
            ? message.Json.GetString()
            : null;
}
