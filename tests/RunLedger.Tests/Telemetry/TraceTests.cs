using System.Diagnostics;
using MassTransit;
using MassTransit.Logging;
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
