using System.Globalization;
using UUIDNext;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>
/// The ledger's ids of what spans tell of. A run's own UUID; or, of an id that is none, the UUIDv5 of the service's
/// namespace, its name and the id, since such an id need only be unique within its system. A part of a run has that of
/// the run, its attempt and the task's id; without one, of the span, which a sender repeats as it was.
/// </summary>
static class SpanRunId
{
    /// <summary>In the namespace of URLs, so that anybody can compute the ids.</summary>
    static readonly Guid OpenTelemetry = Uuid.NewNameBased(Uuid.Namespace.URL, "https://opentelemetry.io");

    /// <summary>Null where nobody says which run it is.</summary>
    public static Guid? Of(PipelineSpan span)
    {
        if (span.Said("cicd.pipeline.run.id") is not { } text)
            return null;
        // NUL parts them: no text has one, since it is mended, so that no two triples read alike.
        return Guid.TryParse(text, out var id) && id != Guid.Empty
            ? id
            : Name($"{span.Said("service.namespace")}\0{span.Said("service.name")}\0{text}");
    }

    /// <summary>Null where neither the task nor the span has an id.</summary>
    public static Guid? OfTask(PipelineSpan span, Guid run)
    {
        var attempt = span.Attempt ?? 1;
        return span.Own("cicd.pipeline.task.run.id") is { } task
            ? Name(string.Create(CultureInfo.InvariantCulture, $"{run}\0{attempt}\0task\0{task}"))
            : span is { TraceId: { } trace, SpanId: { } one }
                ? Name($"{run}\0{trace}\0{one}")
                : null;
    }

    static Guid Name(string name) => Uuid.NewNameBased(OpenTelemetry, name);
}
