using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>
/// What a span of a pipeline says in the ledger's words: that its run, or a part of it, started and how it ended.
/// </summary>
/// <remarks>
/// Where a run stands is never lost for a part of the span: what has a run and an end is taken, and what cannot be kept
/// of the rest is named. Nothing is thrown, whatever it is.
/// </remarks>
static class SpanMapping
{
    /// <summary>What a span that is set aside is called.</summary>
    public const string Contract = "OpenTelemetry";

    const int RefLimit = 8 * 1024;

    const int QuotedAtMost = 40;

    static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly RunStarted RunStarted = Activator.CreateInstance<RunStarted>();
    static readonly StepStarted StepStarted = Activator.CreateInstance<StepStarted>();

    /// <param name="number">Of the span.</param>
    /// <param name="json">A request with one span; it is mended in place.</param>
    public static IntakeLine Read(int number, byte[] json)
    {
        List<string> dropped = [];
        if (StorableText.Mend(json))
            dropped.Add($"the span: {StorableText.Mended}");
        try
        {
            return PipelineSpan.Of(JsonElement.Parse(json)) is { } span
                ? Read(number, json, span, dropped)
                : Without("the request has no span: send resourceSpans, scopeSpans and spans with one in it");
        }
        catch (JsonException e)
        {
            return Without(JsonBody.Words(e, json));
        }

        IntakeLine Without(string reason) => new(number, Contract, json, null, reason);
    }

    static IntakeLine Read(int number, byte[] json, PipelineSpan span, List<string> dropped)
    {
        if (!span.IsTask && !span.IsRun)
            return new(number, Contract, json, null, "the span says nothing of a run", IsIgnored: true);
        List<string> faults = [];
        if (SpanRunId.Of(span) is not { } run)
        {
            faults.Add(
                "cicd.pipeline.run.id is missing: set it on the span or its resource, on the spans of tasks too");
            run = Guid.Empty;
        }

        if (span.Time("endTimeUnixNano") is not { } ended)
        {
            faults.Add("endTimeUnixNano is missing: send nanoseconds since 1970");
            ended = default;
        }

        var component = span.IsTask ? SpanRunId.OfTask(span, run) : null;
        if (span.IsTask && component is null)
        {
            faults.Add(
                "traceId or spanId is missing: send 32 and 16 hexadecimal digits, or a cicd.pipeline.task.run.id");
        }

        return faults.Count > 0
            ? new(number, Contract, json, null, string.Join("; ", faults))
            : Taken(number, json, span, dropped, run, ended, component);
    }

    static IntakeLine Taken(
        int number,
        byte[] json,
        PipelineSpan span,
        List<string> dropped,
        Guid run,
        DateTimeOffset ended,
        Guid? component)
    {
        var end = Filled(End(span, dropped), span, run, ended, component) with
        {
            EvidenceRef = SpanEvidence.OfEnd(span),
        };
        if (end is RunFailed or StepFailed or RunCancelled or StepCancelled)
            end = end with { ErrorRef = CutText.To(span.ErrorMessage, RefLimit) };
        var started = PipelineEnds.IsSkipped(span.Result) ? null : Start(span, ended, dropped);
        return new(number, end.GetType().Name, json, end, null)
        {
            Before = started is { } from
                ? Filled(component is null ? RunStarted : StepStarted, span, run, from, component) with
                {
                    EvidenceRef = SpanEvidence.OfStart(span),
                }
                : null,
            Dropped = dropped,
        };
    }

    /// <summary>One that cannot be must not cost the end.</summary>
    static DateTimeOffset? Start(PipelineSpan span, DateTimeOffset ended, List<string> dropped)
    {
        var started = span.Time("startTimeUnixNano");
        if (started is null || (started >= Earliest && started <= ended))
            return started;
        dropped.Add("startTimeUnixNano is before 2000 or after the end, and is left out");
        return null;
    }

    /// <summary>By its result; without one that is known, by whether its status or error.type says it failed.</summary>
    static RunObservation End(PipelineSpan span, List<string> dropped)
    {
        var end = PipelineEnds.Of(span.Result);
        if (end is null && span.Result is { } unknown)
        {
            dropped.Add(
                $"the result \"{CutText.To(unknown, QuotedAtMost)}\" is not known, and the span's status counts "
                + $"instead: send {PipelineEnds.Send}");
        }

        var (ofRun, ofTask) = end ?? PipelineEnds.Of(span.IsError);
        return span.IsTask ? ofTask : ofRun;
    }

    static RunObservation Filled(
        RunObservation blank, PipelineSpan span, Guid run, DateTimeOffset at, Guid? component)
    {
        var filled = blank with
        {
            ProcessRunId = run,
            ProcessCandidateCode = $"CI:{span.Said("service.name") ?? UnsaidName.Text}:"
                + $"{span.Said("cicd.pipeline.name") ?? UnsaidName.Text}",
            CorrelationId = span.TraceId ?? run.ToString(),
            SourceSystem = SourceSystems.WorkflowEngine,
            OccurredAt = at,
            Attempt = span.Attempt,
            InputRef = Input(span),
        };
        return filled is StepObservation step
            ? step with
            {
                ComponentRunId = component!.Value,
                DotCode = span.Own("cicd.pipeline.task.name") ?? span.Name,
                ComponentRole = ComponentRoles.Step,
                InputRef = null,
            }
            : filled;
    }

    // What ran on what: the repository, and the revision of it.
    static string? Input(PipelineSpan span) => CutText.To(
        (span.Said("vcs.repository.url.full"), span.Said("vcs.ref.head.revision")) switch
        {
            ({ } repository, { } revision) => $"{repository}@{revision}",
            var (repository, _) => repository,
        },
        RefLimit);
}
