using System.Diagnostics;
using System.Text;
using MassTransit;
using MassTransit.Logging;

namespace RunLedger.Telemetry;

/// <summary>
/// The ledger's own spans: one per commit, with links to the messages in it. MassTransit's are about each message.
/// </summary>
static class LedgerTrace
{
    const string TraceParent = "traceparent";
    const string TraceState = "tracestate";

    /// <summary>Exporters drop more, and a batch is found by any of its messages' neighbours.</summary>
    const int MaxLinks = 128;

    /// <summary>How a traceparent ends whose span nobody records.</summary>
    const string NotRecorded = "-00";

    static readonly ActivitySource Source = new(RunLedgerRegistration.Telemetry);

    /// <summary>Only asked who listens to it.</summary>
    static readonly ActivitySource MassTransits = new(DiagnosticHeaders.DefaultListenerName);

    /// <summary>A trace of its own: a batch is of no message alone.</summary>
    /// <param name="traces">Those of its messages; the default where a message has none.</param>
    /// <param name="messages">How many messages are in it.</param>
    public static Activity? Commit(IEnumerable<ActivityContext> traces, int messages)
    {
        if (!Source.HasListeners())
            return null;
        var links = traces.Where(trace => trace != default).Distinct().Take(MaxLinks)
            .Select(trace => new ActivityLink(trace));
        var activity = Source.StartActivity(
            ActivityKind.Internal, parentContext: default, links: links, name: "commit");
        activity?.SetTag("runledger.commit.batch.size", messages);
        return activity;
    }

    public static void Failed(this Activity? activity, Exception exception, string errorType)
    {
        activity?.SetTag("error.type", errorType);
        activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
    }

    /// <summary>The trace that a message belongs to: the span it is consumed in, or what it carries.</summary>
    public static ActivityContext Of(ConsumeContext context)
    {
        if (!Source.HasListeners())
            return default;
        // MassTransit goes on from its own header only; a publisher that is not .NET has the W3C's.
        var headers = context.ReceiveContext.TransportHeaders;
        var theirs = headers.TryGetHeader(DiagnosticHeaders.ActivityId, out var id) ? default : Parse(headers);
        return theirs != default ? theirs
            : Activity.Current?.Context
            ?? (ActivityContext.TryParse(id as string, null, isRemote: true, out var sent) ? sent : default);
    }

    /// <summary>
    /// Whether somebody wants the spans that MassTransit makes of a message with such headers: not where its sender
    /// has decided against them, and the sampler goes by that.
    /// </summary>
    public static bool Wanted(IDictionary<string, object?>? headers)
    {
        if (!MassTransits.HasListeners())
            return false;
        // All else begins a trace, or belongs to one that is recorded.
        if (Text(headers, DiagnosticHeaders.ActivityId) is not { } id
            || !id.EndsWith(NotRecorded, StringComparison.Ordinal)
            || headers!.ContainsKey(DiagnosticHeaders.ActivityPropagation)
            || !ActivityContext.TryParse(id, null, isRemote: true, out var parent))
            return true;
        return MassTransits.CreateActivity("receive", ActivityKind.Consumer, parent) is { IsAllDataRequested: true };
    }

    /// <summary>The trace that a message with such headers belongs to.</summary>
    public static ActivityContext Of(IDictionary<string, object?>? headers) =>
        Source.HasListeners()
        && ActivityContext.TryParse(
            Text(headers, DiagnosticHeaders.ActivityId) ?? Text(headers, TraceParent),
            Text(headers, TraceState),
            isRemote: true,
            out var trace)
            ? trace
            : default;

    static string? Text(IDictionary<string, object?>? headers, string name) =>
        headers?.TryGetValue(name, out var value) is not true ? null
        : value is byte[] bytes ? Encoding.UTF8.GetString(bytes)
        : value as string;

    static ActivityContext Parse(Headers headers) =>
        headers.TryGetHeader(TraceParent, out var parent)
        && ActivityContext.TryParse(
            parent as string,
            headers.TryGetHeader(TraceState, out var state) ? state as string : null,
            isRemote: true,
            out var trace)
            ? trace
            : default;
}
