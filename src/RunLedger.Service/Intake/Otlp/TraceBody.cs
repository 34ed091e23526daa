using System.Runtime.InteropServices;
using System.Text.Json;
using Google.Protobuf;
using RunLedger.Intake;
using RunLedger.Service.Intake.Otlp.Wire;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>The spans of a request: those of pipelines as lines, and how many there are of all.</summary>
/// <param name="Spans">How many there are.</param>
/// <param name="Lines">Those of pipelines, in their order; their number is that among all.</param>
/// <param name="Fault">Why it is no request of OTLP, or null.</param>
sealed record TraceBody(int Spans, IReadOnlyList<IntakeLine> Lines, string? Fault = null)
{
    static readonly MessageParser<ExportTraceServiceRequest> Requests =
        ExportTraceServiceRequest.Parser.WithDiscardUnknownFields(true);

    public static TraceBody Read(TraceEncoding encoding, ReadOnlyMemory<byte> body) =>
        encoding == TraceEncoding.Json ? Json(body) : Protobuf(body);

    public static TraceBody Of(ExportTraceServiceRequest request)
    {
        var count = 0;
        List<IntakeLine> lines = [];
        foreach (var of in request.ResourceSpans)
        {
            var named = SpanBytes.NamesRun(of.Resource.Span);
            foreach (var span in of.ScopeSpans.SelectMany(scope => scope.Spans))
            {
                count++;
                if ((named || SpanBytes.MayBeOfPipeline(span.Span))
                    && SpanJson.Line(count, of.Resource, span) is { } line)
                    lines.Add(line);
            }
        }

        return new(count, lines);
    }

    static TraceBody Protobuf(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Of(Requests.ParseFrom(body.Span));
        }
        catch (InvalidProtocolBufferException e)
        {
            return new(0, [], $"The body is no ExportTraceServiceRequest in protobuf: {e.Message}");
        }
    }

    static TraceBody Json(ReadOnlyMemory<byte> body)
    {
        var text = JsonBody.WithoutMark(body);
        try
        {
            using var document = JsonDocument.Parse(text);
            var request = document.RootElement;
            if (request.ValueKind != JsonValueKind.Object)
                return new(0, [], "The body is not a JSON object: send {\"resourceSpans\": […]}.");
            var count = 0;
            List<IntakeLine> lines = [];
            foreach (var of in SpanAttributes.Items(request, "resourceSpans"))
            {
                var resource = SpanAttributes.Member(of, "resource") is { } given
                    ? JsonMarshal.GetRawUtf8Value(given)
                    : "{}"u8;
                var named = SpanBytes.NamesRun(resource);
                foreach (var span in SpanAttributes.Items(of, "scopeSpans")
                        .SelectMany(scope => SpanAttributes.Items(scope, "spans")))
                {
                    count++;
                    var raw = JsonMarshal.GetRawUtf8Value(span);
                    if ((named || SpanBytes.MayBeOfPipeline(raw))
                        && SpanMapping.Read(count, SpanJson.Request(resource, raw)) is { IsIgnored: false } line)
                        lines.Add(line);
                }
            }

            return new(count, lines);
        }
        catch (JsonException e)
        {
            return new(0, [], JsonBody.Words(e, text.Span));
        }
        catch (InvalidOperationException)
        {
            return new(0, [], "The name of a member holds half a surrogate pair: send whole characters.");
        }
    }
}
