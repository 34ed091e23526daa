using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Deadlines;

/// <summary>OpenLineage's streams and services, which are not meant to end.</summary>
public sealed class EndlessRunTests
{
    [Theory]
    [InlineData("START", "STREAMING", "started")]
    [InlineData("START", "service", "started")]
    [InlineData("START", "BATCH", "stuck")]
    [InlineData("START", null, "stuck")]
    [InlineData("OTHER", "STREAMING", "observed")]
    [InlineData("OTHER", "SERVICE", "observed")]
    [InlineData("OTHER", "BATCH", "stuck")]
    public async Task A_stream_or_service_has_no_start_limit_and_no_run_limit(
        string eventType, string? processingType, string expected)
    {
        var time = new FakeTimeProvider(Some.Noon);
        await using var ledger = await LedgerHarness.Start(time);
        var started = Event(processingType, eventType);
        await ledger.Take(started);

        time.Advance(TimeSpan.FromHours(2));
        await ledger.Sweep();

        Assert.Equal(expected, (await ledger.Row(started.ProcessRunId)).Status.Text());
    }

    [Fact]
    public async Task The_quiet_limit_is_theirs_too()
    {
        var time = new FakeTimeProvider(Some.Noon);
        await using var ledger = await LedgerHarness.Start(
            time,
            options => options.Deadlines.Policies.Add(new DeadlinePolicy
            {
                Candidate = "OL:*",
                Quiet = TimeSpan.FromMinutes(5),
                Run = TimeSpan.FromHours(1),
            }));
        var started = Event("STREAMING");
        await ledger.Take(started);

        time.Advance(TimeSpan.FromMinutes(5));
        await ledger.Sweep();

        Assert.Equal(RunStatus.Stuck, (await ledger.Row(started.ProcessRunId)).Status);
    }

    static RunObservation Event(string? processingType, string eventType = "START")
    {
        var json = LineageEvents.Event();
        json["eventType"] = eventType;
        json["eventTime"] = Some.Noon.ToString("O");
        json["run"]!["facets"]!.AsObject().Remove("parent");
        var facets = json["job"]!["facets"]!.AsObject();
        if (processingType is null)
            facets.Remove("jobType");
        else
            facets["jobType"]!["processingType"] = processingType;
        return json.Map().Taken();
    }
}
