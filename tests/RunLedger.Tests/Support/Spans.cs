using System.Globalization;
using Google.Protobuf;
using RunLedger.Service.Intake.Otlp.Wire;

namespace RunLedger.Tests.Support;

/// <summary>Spans as an exporter sends them, good and bad.</summary>
static class Spans
{
    public const string Trace = "5b8efff798038103d269b633813fc60c";

    public static readonly DateTimeOffset Began = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    /// <summary>A request of spans of one service.</summary>
    public static ExportTraceServiceRequest Request(params IEnumerable<Span> spans) => Request("jenkins", spans);

    public static ExportTraceServiceRequest Request(string service, IEnumerable<Span> spans) =>
        Request(new Resource { Attributes = { Text("service.name", service) } }, spans);

    public static ExportTraceServiceRequest Request(Resource resource, IEnumerable<Span> spans) => new()
    {
        ResourceSpans =
        {
            new ResourceSpans
            {
                Resource = resource.ToByteString(),
                ScopeSpans = { new ScopeSpans { Spans = { spans.Select(span => span.ToByteString()) } } },
            },
        },
    };

    /// <summary>A span of a pipeline's run, of ten minutes.</summary>
    public static Span Run(string id = "4711", string result = "success") => Plain(1, 0, 600).With(
        ("cicd.pipeline.name", "build"), ("cicd.pipeline.run.id", id), ("cicd.pipeline.result", result));

    /// <summary>A span of a task in it.</summary>
    public static Span Task(int number, string name = "compile", string result = "success", string run = "4711") =>
        Plain(1 + number, number, number + 30, parent: 1).With(
            ("cicd.pipeline.name", "build"), ("cicd.pipeline.run.id", run), ("cicd.pipeline.task.name", name),
            ("cicd.pipeline.task.run.id", $"t{number}"), ("cicd.pipeline.task.run.result", result));

    /// <summary>A span that says nothing of a pipeline.</summary>
    public static Span Plain(int id, int from, int to, int? parent = null) => new()
    {
        TraceId = ByteString.CopyFrom(Convert.FromHexString(Trace)),
        SpanId = Id(id),
        ParentSpanId = parent is { } above ? Id(above) : ByteString.Empty,
        Name = string.Create(CultureInfo.InvariantCulture, $"span {id}"),
        Kind = parent is null ? 2 : 1,
        StartTimeUnixNano = Nanos(from),
        EndTimeUnixNano = Nanos(to),
        Status = new(),
    };

    public static Span With(this Span span, params (string Name, string Value)[] attributes)
    {
        span.Attributes.AddRange(attributes.Select(one => Text(one.Name, one.Value)));
        return span;
    }

    public static KeyValue Text(string name, string value) =>
        new() { Key = name, Value = new() { StringValue = value } };

    static ByteString Id(int id) =>
        ByteString.CopyFrom(Convert.FromHexString(id.ToString("x16", CultureInfo.InvariantCulture)));

    // With nanoseconds, which the ledger does not keep.
    static ulong Nanos(int seconds) =>
        ((ulong)Began.AddSeconds(seconds).ToUnixTimeMilliseconds() * 1_000_000) + 123_456_789;
}
