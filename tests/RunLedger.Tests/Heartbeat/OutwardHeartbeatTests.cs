using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using RunLedger.Service.Heartbeat;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Heartbeat;

/// <summary>Who is called while the ledger keeps up.</summary>
public sealed class OutwardHeartbeatTests
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_ledger_that_keeps_up_calls_the_address_again_and_again()
    {
        await using var receiver = await Receiver.Start();
        var second = Called(receiver, 2);
        await using var ledger = await Start(receiver, "--RunLedger:Expected:JudgeEvery", "00:00:01");

        await second.WaitAsync(Patience, TimeProvider.System, Token);

        Assert.All(receiver.Requests, request => Assert.Equal("/ping/17", request.Path));
    }

    [Fact]
    public async Task A_ledger_that_does_not_know_how_far_its_queue_is_says_so_where_it_was_asked_to()
    {
        await using var receiver = await Receiver.Start();
        var first = Called(receiver, 1);
        await using var ledger = await Start(
            receiver, "--RunLedger:Expected:JudgeEvery", "3650.00:00:00", "--Heartbeat:Fail", "true");

        await first.WaitAsync(Patience, TimeProvider.System, Token);

        Assert.True(receiver.Requests.TryPeek(out var request));
        Assert.Equal(("/ping/17/fail", "the queue has not been asked yet"), (request.Path, request.Body));
    }

    [Theory]
    [InlineData("ledger-incidents", HealthStatus.Degraded, "nobody looks for incidents")]
    [InlineData("ledger-store", HealthStatus.Unhealthy, "ledger-store is not healthy")]
    [InlineData("ledger-channels", HealthStatus.Degraded, null)]
    public void A_ledger_that_nobody_would_hear_of_incidents_from_does_not_keep_up(
        string check, HealthStatus status, string? fault) => Assert.Equal(
        fault,
        OutwardHeartbeat.FaultOf(new HealthReport(
            new Dictionary<string, HealthReportEntry> { [check] = new(status, null, TimeSpan.Zero, null, null) },
            TimeSpan.Zero)));

    [Theory]
    [InlineData("ftp://example.com/p1ng", "no http or https address")]
    [InlineData("https://a:b@example.com/p1ng", "has a login in it")]
    [InlineData("env:HOME", "RUNLEDGER_SECRET_")]
    public async Task An_address_that_cannot_be_called_is_refused_at_the_start_without_being_repeated(
        string address, string says)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(
            () => EmbeddedLedger.Start("--Heartbeat:Address", address));

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("p1ng", refused.Message, StringComparison.Ordinal);
    }

    static Task<EmbeddedLedger> Start(Receiver receiver, params string[] settings) => EmbeddedLedger.Start(
    [
        "--Heartbeat:Address", $"{receiver.Address}/ping/17", "--Heartbeat:Every", "00:00:01",
        "--Outward:AllowedNetworks:0", "127.0.0.0/8", .. settings,
    ]);

    static Task Called(Receiver receiver, int times)
    {
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Answer = (_, _) =>
        {
            if (receiver.Requests.Count >= times)
                called.TrySetResult();
            return Task.CompletedTask;
        };
        return called.Task;
    }
}
