using System.Diagnostics;
using System.Text;
using MassTransit;
using MassTransit.Logging;
using RunLedger.Telemetry;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Telemetry;

/// <summary>From a publisher's span to the commit, over a bus.</summary>
public sealed class TraceTests : IDisposable
{
    readonly List<Activity> _commits = [];
    readonly ActivityListener _listener = new()
    {
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    public void Dispose() => _listener.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_commit_is_linked_to_the_trace_of_the_publisher(bool masstransitIsTraced)
    {
        Listen(masstransitIsTraced);
        await using var ledger = await LedgerHarness.Start();
        using var publishing = new Activity("publish").Start();

        // As MassTransit writes it where it is traced.
        await ledger.Bus.Bus.Publish(
            Some.Run().Started(), send => send.Headers.Set(DiagnosticHeaders.ActivityId, publishing.Id));

        await Linked(publishing.TraceId);
    }

    [Fact]
    public async Task A_publisher_that_is_not_dotnet_is_found_by_the_header_of_the_W3C()
    {
        Listen(masstransitIsTraced: false);
        await using var ledger = await LedgerHarness.Start();

        await ledger.Bus.Bus.Publish(
            Some.Run().Started(),
            send => send.Headers.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

        await Linked(ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"));
    }

    [Theory]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", false)]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", true)]
    [InlineData("nonsense-00", true)]
    [InlineData(null, true)]
    public void MassTransits_spans_are_wanted_unless_the_sender_decided_against_them(string? sent, bool wanted)
    {
        _listener.Sample = (ref ActivityCreationOptions<ActivityContext> span) =>
            span.Parent == default || span.Parent.TraceFlags == ActivityTraceFlags.Recorded
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.PropagationData;
        Listen(masstransitIsTraced: true);

        Assert.Equal(wanted, LedgerTrace.Wanted(Headers((DiagnosticHeaders.ActivityId, sent))));
    }

    [Fact]
    public void MassTransits_spans_are_wanted_where_the_sampler_or_the_sender_begins_anew()
    {
        const string Decided = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        Listen(masstransitIsTraced: true);

        Assert.True(LedgerTrace.Wanted(Headers((DiagnosticHeaders.ActivityId, Decided))));

        _listener.Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.None;
        Assert.False(LedgerTrace.Wanted(Headers((DiagnosticHeaders.ActivityId, Decided))));
        Assert.True(LedgerTrace.Wanted(
            Headers((DiagnosticHeaders.ActivityId, Decided), (DiagnosticHeaders.ActivityPropagation, "New"))));
    }

    static Dictionary<string, object?> Headers(params (string Name, string? Value)[] headers) =>
        headers.Where(header => header.Value is not null)
            .ToDictionary(header => header.Name, header => (object?)Encoding.UTF8.GetBytes(header.Value!));

    void Listen(bool masstransitIsTraced)
    {
        _listener.ShouldListenTo = source => source.Name == RunLedgerRegistration.Telemetry
            || (masstransitIsTraced && source.Name == DiagnosticHeaders.DefaultListenerName);
        _listener.ActivityStopped = span =>
        {
            lock (_commits)
            {
                if (span.Source.Name == RunLedgerRegistration.Telemetry)
                    _commits.Add(span);
            }
        };
        ActivitySource.AddActivityListener(_listener);
    }

    async Task Linked(ActivityTraceId trace)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            lock (_commits)
            {
                if (_commits.Any(commit => commit.Links.Any(link => link.Context.TraceId == trace)))
                    return;
            }

            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"No commit is linked to {trace}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
