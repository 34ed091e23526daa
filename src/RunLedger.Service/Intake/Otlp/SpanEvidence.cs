using System.Buffers;
using System.Text.Json;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>
/// What is kept of a span as evidence: <c>{"traceparent", "span", "version", "attributes", "resource"}</c>, its
/// attributes as they came; of a start also that it was told with the end.
/// </summary>
static class SpanEvidence
{
    /// <summary>The member that says when something was told, if that was not when it happened.</summary>
    public const string Told = "runledger:told";

    const string WithItsEnd =
        "The start was told with the end: a span is sent when it has ended, so until then nothing was heard of it.";

    public static JsonElement OfStart(PipelineSpan span) => Write(span, writer => writer.WriteString(Told, WithItsEnd));

    public static JsonElement OfEnd(PipelineSpan span) => Write(span, span.WriteAttributes);

    static JsonElement Write(PipelineSpan span, Action<Utf8JsonWriter> more)
    {
        var buffer = new ArrayBufferWriter<byte>();

        // The default encoder escapes the most: what fits now fits however the bus writes it.
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            if (span is { TraceId: { } trace, SpanId: { } id })
                writer.WriteString("traceparent", $"00-{trace}-{id}-01");
            if (span.Name is { } name)
                writer.WriteString("span", name);
            // Of what ran: the revision, as the page compares versions.
            if (span.Said("vcs.ref.head.revision") is { } version)
                writer.WriteString("version", version);
            more(writer);
            writer.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
