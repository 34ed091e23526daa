using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Service.Intake.OpenLineage;

namespace RunLedger.Service.Intake.CloudEvents;

/// <summary>
/// What a CDEvent says in the ledger's words: a <c>pipelineRun</c> or <c>testSuiteRun</c> is a run, a <c>taskRun</c> a
/// component of its pipeline's run, or, where it names none, a run too. See https://cdevents.dev/docs/core/.
/// </summary>
/// <remarks>
/// What has an id, a time and a known type is taken, and what cannot be kept of the rest is named. Nothing is thrown,
/// whatever it is.
/// </remarks>
static class CdEventMapping
{
    public const string Prefix = "dev.cdevents.";

    const int RefLimit = 8 * 1024;

    const int FaultsNamed = 5;

    const int QuotedAtMost = 40;

    const string SendId = "the id of the subject, a string";

    static readonly RunObserved Observed = Activator.CreateInstance<RunObserved>();
    static readonly RunStarted RunStarted = Activator.CreateInstance<RunStarted>();
    static readonly StepStarted StepStarted = Activator.CreateInstance<StepStarted>();

    /// <param name="number">Of the event.</param>
    /// <param name="type">As <c>dev.cdevents.pipelinerun.started.0.3.0</c>.</param>
    /// <param name="json">The event: its context and subject. All of its text can be stored.</param>
    /// <param name="raw">As it was sent.</param>
    public static IntakeLine Read(int number, string type, JsonElement json, ReadOnlyMemory<byte> raw)
    {
        var words = type[Prefix.Length..].Split('.');
        var (subject, happened) = (words[0], words.ElementAtOrDefault(1) ?? "");
        if ((subject, happened) is not (
            ("pipelinerun" or "testsuiterun", "queued" or "started" or "finished")
            or ("taskrun", "started" or "finished")))
            return new(number, type, raw, null, $"a {subject} {happened} says nothing of a run", IsIgnored: true);
        var @event = new EventNode(json, "", []);
        return Observe(subject, happened, @event) is var (observation, dropped)
            ? new(number, observation.GetType().Name, raw, observation, null) { Dropped = dropped }
            : new(number, type, raw, null, LineageResult.Rejected(
                string.Join("; ", @event.Faults.Distinct().Take(FaultsNamed))).Reason);
    }

    static (RunObservation Observation, IReadOnlyList<string> Dropped)? Observe(
        string kind, string happened, EventNode @event)
    {
        var context = @event.RequiredObject("context", "the context of the event");
        var subject = @event.RequiredObject("subject", "the subject of the event");
        var at = context is { } stamped ? Time(stamped) : null;
        var id = subject?.Name("id", SendId);
        if (context is null || subject is not { } about || at is null || id is null)
            return null;

        // From here on what is not as it must be costs itself alone.
        List<string> dropped = [];
        context = context.Value with { Faults = dropped };
        about = about with { Faults = dropped };
        var content = about.Object("content") ?? new EventNode(default, "subject.content", dropped);
        var source = Optional(about, "source") ?? Optional(context.Value, "source") ?? UnsaidName.Text;
        var pipeline = kind == "taskrun" ? content.Object("pipelineRun") : null;
        var pipelineId = pipeline is { } named ? Optional(named, "id") : null;
        var run = pipelineId is null
            ? CdEventRunId.Of(source, id)
            : CdEventRunId.Of(Optional(pipeline!.Value, "source") ?? source, pipelineId);
        var isTask = pipelineId is not null;
        var blank = happened switch
        {
            "queued" => Observed,
            "started" => isTask ? StepStarted : RunStarted,
            _ => End(content, isTask, dropped),
        };
        var observation = blank with
        {
            ProcessRunId = run,
            ProcessCandidateCode = $"CD:{source}:{(isTask ? null : Named(kind, content)) ?? UnsaidName.Text}",
            CorrelationId = Optional(context.Value, "chainId") ?? run.ToString(),
            SourceSystem = SourceSystems.WorkflowEngine,
            OccurredAt = at.Value,
            ErrorRef = happened == "finished" ? CutText.To(Error(content), RefLimit) : null,
            EvidenceRef = @event.Json.Clone(),
        };
        if (observation is StepObservation step)
        {
            observation = step with
            {
                ComponentRunId = CdEventRunId.OfTask(run, source, id),
                DotCode = Named(kind, content),
                ComponentRole = ComponentRoles.Step,
            };
        }

        return (observation, dropped);
    }

    /// <summary>By its outcome; without one that is known, by whether it names errors.</summary>
    static RunObservation End(EventNode content, bool isTask, List<string> dropped)
    {
        var outcome = Optional(content, "outcome");
        var end = PipelineEnds.Of(outcome);
        if (end is null)
        {
            var said = outcome is null ? "missing" : $"\"{LineageResult.Printable(outcome, QuotedAtMost)}\"";
            dropped.Add($"subject.content.outcome is {said}, and whether there are errors counts instead: send "
                + "success, failure, error or cancel");
        }

        var (ofRun, ofTask) = end ?? PipelineEnds.Of(failed: Error(content) is not null);
        return isTask ? ofTask : ofRun;
    }

    static string? Error(EventNode content) => Optional(content, "errors") ?? Optional(content, "reason");

    static string? Named(string kind, EventNode content) => kind switch
    {
        "pipelinerun" => Optional(content, "pipelineName"),
        // Before version 0.2 of it.
        "taskrun" => Optional(content, "taskName") ?? Optional(content, "task"),
        _ => content.Object("testSuite") is { } suite ? Optional(suite, "name") ?? Optional(suite, "id") : null,
    };

    static string? Optional(EventNode node, string name) =>
        node.Member(name) is { } member
        && member.As(JsonValueKind.String, "a string")?.Json.GetString() is { } text
        && !string.IsNullOrWhiteSpace(text)
            ? text
            : null;

    static DateTimeOffset? Time(EventNode context)
    {
        if (context.Required("timestamp", WireTime.Send)?.As(JsonValueKind.String, WireTime.Send) is not { } time)
            return null;
        if (WireTime.TryRead(time.Json.GetString(), out var at, out var fault))
            return new(at.Ticks - (at.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        time.Blame(fault, WireTime.Send);
        return null;
    }
}
