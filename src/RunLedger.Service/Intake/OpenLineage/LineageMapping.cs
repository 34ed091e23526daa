using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Intake;

namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>
/// What an OpenLineage event, as any of its clients sends it, says in the ledger's words. See
/// https://openlineage.io/docs/spec/object-model for the events.
/// </summary>
/// <remarks>
/// Where a run stands is never lost for a part of the event: what has a run, a time and a known type is taken, and what
/// cannot be kept of the rest is named. Nothing is thrown, whatever it is.
/// </remarks>
static class LineageMapping
{
    public const int DefaultEvidenceLimit = 256 * 1024;

    /// <summary>What clients of before version 1.0 call the parent facet.</summary>
    public const string OldParent = "parentRun";

    const int RefLimit = 8 * 1024;

    const int FaultsNamed = 5;

    const int QuotedAtMost = 40;

    /// <summary>A run event without a type is additional metadata, which is what OTHER means.</summary>
    const string Other = "OTHER";

    static readonly JsonDocumentOptions Document = new() { AllowTrailingCommas = true };

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
    /// <param name="dropped">What was left out of it already, because it was too large to be held.</param>
    public static LineageResult Map(
        ReadOnlyMemory<byte> body,
        int evidenceLimit = DefaultEvidenceLimit,
        IReadOnlyList<string>? dropped = null)
    {
        if (body.TrimStart(" \t\r\n"u8) is not { Span: [(byte)'{', ..] } text)
            return LineageResult.Rejected("the event is not a JSON object: send one OpenLineage RunEvent");
        var trimmed = EventTrimmer.Trim(text.Span, evidenceLimit);
        JsonElement json;
        try
        {
            json = JsonElement.Parse(trimmed.Json.Span, Document);
        }
        catch (JsonException e)
        {
            return LineageResult.Rejected(JsonBody.Words(e, trimmed.Json.Span));
        }

        var @event = new EventNode(json, "", []);
        if (WhatElse(@event) is { } kind)
            return LineageResult.Ignored($"a {kind} says nothing of a run");
        return Observe(@event, evidenceLimit, new([.. dropped ?? [], .. trimmed.Dropped]))
            ?? LineageResult.Rejected(string.Join("; ", @event.Faults.Distinct().Take(FaultsNamed)));
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
    /// <para>
    /// The wire key of a whole tree of runs is the id of its root run. The root itself names no parent, so its own id
    /// is its key; every other run is told its root by the parent facet (since version 1-1-0 of it). An older client
    /// names the parent only, which is the root for all but grandchildren: a deeper tree from such a client has a key
    /// per parent and hangs together by <c>ParentRunId</c> alone. Ids that are no UUIDs are made into some on all
    /// these ways alike, so that the keys are equal. The facets that the parent facet forwards (since 1-2-0) are the
    /// parent's and say nothing of this run.
    /// </para>
    /// <para>
    /// A run that is running has started, whether its START was seen or not; a heartbeat alone would not say so.
    /// </para>
    /// </remarks>
    static LineageResult? Observe(EventNode @event, int evidenceLimit, List<string> dropped)
    {
        var blank = BlankOf(@event);
        var occurredAt = LineageTime.Of(@event);
        var run = LineageRunId.Of(@event);
        if (@event.Faults.Count > 0)
            return null;

        // From here on what is not as it must be costs itself alone.
        var details = @event with { Faults = dropped };
        var facets = details.Member("run")?.Object("facets");
        var parent = facets?.Object("parent") ?? facets?.Object(OldParent);
        var parentRun = parent is { } parentNode ? LineageRunId.Of(parentNode) : null;
        var rootRun = parent?.Object("root") is { } rootNode ? LineageRunId.Of(rootNode) : null;
        var observation = blank! with
        {
            ProcessRunId = run!.Value,
            ProcessCandidateCode = LineageJob.OrUnknown(details).CandidateCode,
            CorrelationId = (rootRun ?? parentRun ?? run).Value.ToString(),
            SourceSystem = SourceSystems.WorkflowEngine,
            OccurredAt = occurredAt!.Value,
            ParentRunId = parentRun,
            InputRef = Datasets(details, "inputs"),
            OutputRef = Datasets(details, "outputs"),
            ErrorRef = Error(facets),
        };
        var evidence = LineageEvidence.Of(@event.Json, evidenceLimit, dropped);
        return new(observation with { EvidenceRef = evidence }, null, false)
        {
            Start = observation is RunHeartbeat
                ? (RunStarted)(Blank["START"] with
                {
                    ProcessRunId = observation.ProcessRunId,
                    ProcessCandidateCode = observation.ProcessCandidateCode,
                    CorrelationId = observation.CorrelationId,
                    SourceSystem = observation.SourceSystem,
                    OccurredAt = observation.OccurredAt,
                    ParentRunId = observation.ParentRunId,
                    InputRef = observation.InputRef,
                })
                : null,
            Dropped = LineageEvidence.Named(dropped),
        };
    }

    static RunObservation? BlankOf(EventNode @event)
    {
        const string send = "START, RUNNING, COMPLETE, FAIL, ABORT or OTHER";
        if (@event.Member("eventType") is not { } type)
            return Blank[Other];
        if (type.As(JsonValueKind.String, send)?.Json.GetString() is not { } text)
            return null;
        if (!Blank.TryGetValue(text.Trim(), out var blank))
            type.Blame($"is \"{CutText.To(text, QuotedAtMost)}\"", send);
        return blank;
    }

    /// <summary>One dataset a line, sorted: clients list sets, in any order.</summary>
    static string? Datasets(EventNode @event, string name)
    {
        var names = @event.Objects(name)
            .Select(dataset => (Space: dataset.Text("namespace", "a string"), Name: dataset.Text("name", "a string")))
            .Where(dataset => dataset is { Space: not null, Name: not null })
            .Select(dataset => $"{dataset.Space}/{dataset.Name}")
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        return CutText.To(string.Join('\n', names), RefLimit);
    }

    /// <summary>The message; of a facet in another shape whatever text it is.</summary>
    static string? Error(EventNode? facets)
    {
        var error = facets?.Member("errorMessage");
        var message = error?.Member("message") ?? error;
        return message is { Json.ValueKind: JsonValueKind.String } text
            ? CutText.To(text.Json.GetString(), RefLimit)
            : null;
    }
}
