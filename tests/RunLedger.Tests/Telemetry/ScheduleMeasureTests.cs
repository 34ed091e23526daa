using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Telemetry;

/// <summary>What the scheduler measures.</summary>
public sealed class ScheduleMeasureTests : IAsyncLifetime
{
    SchedulerHarness _harness = null!;
    Measured _measured = null!;

    public async ValueTask InitializeAsync()
    {
        _harness = await SchedulerHarness.Start(bus => bus.AddConsumer<ReminderConsumer>());
        _measured = new Measured(_harness.Services.GetRequiredService<IMeterFactory>());
    }

    public async ValueTask DisposeAsync()
    {
        _measured.Dispose();
        await _harness.DisposeAsync();
    }

    [Fact]
    public async Task What_was_sent_and_what_was_rejected_is_counted()
    {
        // The ledger's own recurring messages have gone out at the start.
        await _harness.Wait(() => _measured.All("runledger.scheduler.lag") is [0]);
        var own = _measured.One("runledger.scheduler.messages sent");

        await Schedule(TimeSpan.FromMinutes(-1), new Uri("carrier-pigeon:somewhere"));
        await Schedule(TimeSpan.FromMinutes(-1), new Uri("queue:Reminder"));

        await _harness.Wait(
            () => !_harness.Heard.IsEmpty && _measured.One("runledger.scheduler.messages set_aside") == 1
                && _measured.One("runledger.scheduler.messages sent") == own + 1);
    }

    [Fact]
    public async Task What_is_due_and_cannot_be_sent_is_late_until_it_is_gone()
    {
        await Schedule(TimeSpan.FromMinutes(1), new Uri("queue:Reminder"));
        await _harness.Wait(() => _measured.All("runledger.scheduler.lag") is [0]
            && _harness.List("select token from scheduled_message where destination = 'queue:Reminder'").Count == 1);
        _harness.List("alter table scheduled_message rename to away");

        await _harness.Advance(() => _measured.One("runledger.scheduler.lag") > 60, TimeSpan.FromSeconds(5));
        Assert.Empty(_harness.Heard);

        _harness.List("alter table away rename to scheduled_message");
        await _harness.Advance(() => !_harness.Heard.IsEmpty && _measured.One("runledger.scheduler.lag") == 0);
    }

    async Task Schedule(TimeSpan due, Uri to)
    {
        await using var scope = _harness.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageScheduler>().ScheduleSend(
            to,
            (_harness.Time.GetUtcNow() + due).UtcDateTime,
            new Reminder { Text = "now" },
            TestContext.Current.CancellationToken);
    }
}
