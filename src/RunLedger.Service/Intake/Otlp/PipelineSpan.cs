using System.Globalization;
using System.Text.Json;
using RunLedger.Contracts;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>
/// A span in the words of OpenTelemetry's conventions for pipelines, https://opentelemetry.io/docs/specs/semconv/cicd/.
/// What it does not say itself its resource may say for it.
/// </summary>
sealed class PipelineSpan
{
    const int Server = 2;

    const int Error = 2;

    readonly SpanAttributes _resource;
    readonly SpanAttributes _own;
    readonly JsonElement _span;

    PipelineSpan(JsonElement resource, JsonElement span)
    {
        (_resource, _own, _span) = (SpanAttributes.Of(resource), SpanAttributes.Of(span), span);
        TraceId = Id("traceId", 32);
        SpanId = Id("spanId", 16);
    }

    /// <summary>Null where it is missing, or none.</summary>
    public string? TraceId { get; }

    /// <inheritdoc cref="TraceId"/>
    public string? SpanId { get; }

    public string? Name => Text(_span, "name");

    /// <summary>What its status or an exception says, or else the class of the error.</summary>
    public string? ErrorMessage =>
        (SpanAttributes.Member(_span, "status") is { } status ? Text(status, "message") : null)
        ?? SpanAttributes.Items(_span, "events").Select(one => SpanAttributes.Of(one).Text("exception.message"))
            .LastOrDefault(message => message is not null)
        ?? Said("error.type");

    public bool IsError =>
        (SpanAttributes.Member(_span, "status") is { } status
            && Number(status, "code", "STATUS_CODE_ERROR", Error) == Error)
        || _own.Text("error.type") is not null;

    /// <summary>A part of a run, by what it says itself: a run's resource is also that of what runs in it.</summary>
    public bool IsTask => _own.HasAny(
        "cicd.pipeline.task.name", "cicd.pipeline.task.run.id", "cicd.pipeline.task.run.result");

    /// <summary>
    /// The run itself. It is a server's span and says so, or has a result; where only the resource says so, it is also
    /// the first of its trace, since what the pipeline runs, such as tests, has the resource too.
    /// </summary>
    public bool IsRun => !IsTask
        && (_own.HasAny("cicd.pipeline.result")
            || (IsServer && _own.HasAny("cicd.pipeline.run.id", "cicd.pipeline.name"))
            || (IsServer && IsFirst && _resource.HasAny("cicd.pipeline.run.id")
                && _resource.HasAny("cicd.pipeline.result", "cicd.pipeline.run.status")));

    /// <summary>How it ended, in a word; the second is what the Collector's GitHub receiver calls it.</summary>
    public string? Result => IsTask
        ? _own.Text("cicd.pipeline.task.run.result") ?? _own.Text("cicd.pipeline.run.task.status")
        : Said("cicd.pipeline.result") ?? Said("cicd.pipeline.run.status");

    /// <summary>Of the run, from 1; null where nobody says.</summary>
    public int? Attempt =>
        int.TryParse(
            Said("cicd.pipeline.run.attempt"), NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
        && attempt > 0
            ? attempt
            : null;

    bool IsServer => Number(_span, "kind", "SPAN_KIND_SERVER", Server) == Server;

    bool IsFirst => Id("parentSpanId", 16) is null;

    public static PipelineSpan? Of(JsonElement request)
    {
        var of = SpanAttributes.Items(request, "resourceSpans").FirstOrDefault();
        var scope = SpanAttributes.Items(of, "scopeSpans").FirstOrDefault();
        var span = SpanAttributes.Items(scope, "spans").FirstOrDefault();
        return span.ValueKind == JsonValueKind.Object
            ? new(SpanAttributes.Member(of, "resource") ?? default, span)
            : null;
    }

    /// <summary>What the span says itself, or else its resource.</summary>
    public string? Said(string name) => _own.Text(name) ?? _resource.Text(name);

    /// <summary>What the span says itself.</summary>
    public string? Own(string name) => _own.Text(name);

    /// <summary>Nanoseconds since 1970, cut to the microseconds that the ledger keeps; null where it is none.</summary>
    public DateTimeOffset? Time(string name) =>
        ulong.TryParse(
            SpanAttributes.Member(_span, name)?.ToString(),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var nanos)
        && nanos > 0
            ? DateTimeOffset.UnixEpoch.AddMicroseconds(nanos / 1_000)
            : null;

    /// <summary>All attributes, as plain JSON.</summary>
    public void WriteAttributes(Utf8JsonWriter writer)
    {
        _own.Write(writer, "attributes");
        _resource.Write(writer, "resource");
    }

    // Base64, as other protobuf in JSON has it, is not what OTLP says, and could not be told from a wrong id.
    string? Id(string name, int digits) =>
        Text(_span, name) is { } id
        && id.Length == digits
        && id.All(char.IsAsciiHexDigit)
        && id.Any(digit => digit != '0')
            ? id.ToLowerInvariant()
            : null;

    static string? Text(JsonElement owner, string name) =>
        SpanAttributes.Member(owner, name) is { ValueKind: JsonValueKind.String } text
        && text.GetString() is { } given && !string.IsNullOrWhiteSpace(given)
            ? given
            : null;

    // Numbers by the specification; what writes protobuf's own JSON writes their names.
    static int Number(JsonElement owner, string name, string word, int number) =>
        SpanAttributes.Member(owner, name) switch
        {
            { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var given) => given,
            { ValueKind: JsonValueKind.String } value when value.GetString() == word => number,
            _ => 0,
        };
}
