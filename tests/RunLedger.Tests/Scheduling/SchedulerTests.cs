using MassTransit;
using MassTransit.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Scheduling;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Scheduling;

/// <summary>The scheduler as others use it: through MassTransit, embedded.</summary>
public sealed class SchedulerTests : IAsyncLifetime
{
    static readonly Uri Reminders = new("queue:Reminder");
    static readonly string[] Types = ["urn:message:Some:Thing"];

    SchedulerHarness _harness = null!;

    public async ValueTask InitializeAsync() =>
        _harness = await SchedulerHarness.Start(bus => bus.AddConsumer<ReminderConsumer>());

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    DateTime In(TimeSpan time) => (_harness.Time.GetUtcNow() + time).UtcDateTime;

    [Fact]
    public async Task A_message_arrives_when_its_time_comes_and_not_before()
    {
        await Schedule("in a minute", In(TimeSpan.FromMinutes(1)));
        await Schedule("at once", In(TimeSpan.FromHours(-1)));

        await _harness.Wait(() => _harness.Heard.Count == 1);
        Assert.Equal(["at once"], _harness.Heard);
        var before = _harness.Time.GetUtcNow();
        await _harness.Advance(() => _harness.Heard.Count == 2);

        Assert.Equal(["at once", "in a minute"], _harness.Heard);
        Assert.True(_harness.Time.GetUtcNow() - before >= TimeSpan.FromMinutes(1) - TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task It_arrives_with_everything_it_was_sent_with()
    {
        var (id, conversation, request, correlation, initiator) =
            (NewId.NextGuid(), NewId.NextGuid(), NewId.NextGuid(), NewId.NextGuid(), NewId.NextGuid());
        await using var scope = _harness.Services.CreateAsyncScope();
        var scheduled = await scope.ServiceProvider.GetRequiredService<IMessageScheduler>().ScheduleSend(
            Reminders, In(TimeSpan.FromMinutes(1)), new Reminder { Text = "ünïcödé ✓" },
            Pipe.Execute<SendContext<Reminder>>(send =>
            {
                send.MessageId = id;
                (send.ConversationId, send.RequestId, send.CorrelationId, send.InitiatorId) =
                    (conversation, request, correlation, initiator);
                (send.ResponseAddress, send.FaultAddress) =
                    (new Uri("loopback://localhost/answers"), new Uri("loopback://localhost/faults"));
                send.Headers.Set("tenant", "north");
                send.Headers.Set("attempt", 3);
            }), Cancel);

        await _harness.Advance(() => !_harness.Heard.IsEmpty);

        var context = _harness.Heard.Last!;
        Assert.Equal(["ünïcödé ✓"], _harness.Heard);
        Assert.Equal(
            (id, conversation, request, correlation, initiator),
            (
                context.MessageId!.Value, context.ConversationId!.Value, context.RequestId!.Value,
                context.CorrelationId!.Value, context.InitiatorId!.Value));
        Assert.Equal(
            ("loopback://localhost/answers", "loopback://localhost/faults"),
            ($"{context.ResponseAddress}", $"{context.FaultAddress}"));
        Assert.Equal(("north", 3), (context.Headers.Get<string>("tenant"), context.Headers.Get<int>("attempt")));
        Assert.Equal(scheduled.TokenId, context.GetSchedulingTokenId());
        Assert.Equal("application/vnd.masstransit+json", context.ReceiveContext.ContentType.MediaType);
    }

    [Fact]
    public async Task A_cancelled_message_does_not_arrive()
    {
        var first = await Schedule("cancelled", In(TimeSpan.FromMinutes(1)));
        await Schedule("kept", In(TimeSpan.FromMinutes(2)));
        await Stored(2);

        await CancelAsync(first.TokenId);
        await CancelAsync(NewId.NextGuid());
        await Stored(2);

        await _harness.Advance(() => !_harness.Heard.IsEmpty);
        Assert.Equal(["kept"], _harness.Heard);
    }

    [Fact]
    public async Task Code_in_the_host_schedules_and_cancels_without_the_queue()
    {
        await using var scope = _harness.Services.CreateAsyncScope();
        var scheduler = scope.ServiceProvider.GetRequiredKeyedService<IMessageScheduler>(
            RunLedgerRegistration.Scheduler);

        var first = await scheduler.ScheduleSend(
            Reminders, In(TimeSpan.FromMinutes(1)), new Reminder { Text = "cancelled" }, Cancel);
        Assert.Single(_harness.List(
            "select token from scheduled_message where destination is not 'exchange:run-ledger-control'"));
        await scheduler.CancelScheduledSend(Reminders, first.TokenId, Cancel);
        Assert.Empty(_harness.List(
            "select token from scheduled_message where destination is not 'exchange:run-ledger-control'"));
        var second = await scheduler.SchedulePublish(
            In(TimeSpan.FromMinutes(2)), new Reminder { Text = "published" }, Cancel);
        await _harness.Advance(() => !_harness.Heard.IsEmpty);

        Assert.Equal(["published"], _harness.Heard);
        var context = _harness.Heard.Last!;
        Assert.Equal(second.TokenId, context.GetSchedulingTokenId());
        Assert.NotSame(scheduler, scope.ServiceProvider.GetRequiredService<IMessageScheduler>());
        Assert.Empty(_harness.Harness.Consumed.Select<ScheduleMessage>(Cancel));
    }

    [Fact]
    public async Task A_message_that_cannot_be_sent_is_rejected_and_the_next_goes_out()
    {
        await Schedule("lost", In(TimeSpan.FromMinutes(-2)), new Uri("carrier-pigeon:somewhere"));
        await Schedule("next", In(TimeSpan.FromMinutes(-1)));

        await _harness.Wait(() => !_harness.Heard.IsEmpty && _harness.List(
            "select token from scheduled_message where destination is not 'exchange:run-ledger-control'").Count == 0);

        Assert.Equal("run-ledger-scheduler", Assert.Single(_harness.List("select origin from rejected_observation")));
        Assert.Equal("Reminder", Assert.Single(_harness.List("select contract from rejected_observation")));
        var reason = Assert.Single(_harness.List("select reason from rejected_observation"));
        Assert.Contains("could not be sent to carrier-pigeon:somewhere", reason, StringComparison.Ordinal);
        Assert.Contains(
            "lost",
            Assert.Single(_harness.List("select cast(payload as text) from rejected_observation")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_says_too_little_is_rejected_and_the_next_is_taken()
    {
        var endpoint = await _harness.Harness.Bus.GetSendEndpoint(SchedulerHarness.Scheduler);
        await endpoint.Send<ScheduleMessage>(new
        {
            CorrelationId = NewId.NextGuid(),
            ScheduledTime = In(TimeSpan.Zero),
            Payload = new { },
            PayloadType = Types,
        }, Cancel);
        await endpoint.Send(new Reminder { Text = "no command" }, Cancel);
        await Schedule("next", In(TimeSpan.Zero));

        await _harness.Wait(
            () => !_harness.Heard.IsEmpty && _harness.List("select reason from rejected_observation").Count == 2);

        Assert.Contains(
            _harness.List("select reason from rejected_observation"),
            reason => reason.Contains("It has no Destination", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_commit_sends_goes_out_after_it_at_once_and_as_what_it_is()
    {
        var run = Some.Run();
        var notice = new RunStuck
        {
            ProcessRunId = run.Id,
            ProcessCandidateCode = run.Candidate,
            CorrelationId = "c",
            SourceSystem = SourceSystems.DotRuntime,
            OccurredAt = Some.Noon,
            Reason = "quiet",
        };
        var row = OutboxMessage.From(notice, Guid.CreateVersion7(), _harness.Time.GetUtcNow(), run.Id);
        var changes = new LedgerChanges(new(), new(), []);
        changes.Outbox.Add(row);

        await using (var batch = await _harness.Services.GetRequiredService<ILedgerStore>()
            .Begin(new([], [], [], []), Cancel))
            await batch.Commit(changes, Cancel);
        _harness.Services.GetRequiredService<DispatchSignal>().Stored(changes.Outbox);

        Assert.True(await _harness.Harness.Published.Any<RunStuck>(published =>
            published.Context.MessageId == row.MessageId && published.Context.Message == notice, Cancel));
    }

    async Task<ScheduledMessage<Reminder>> Schedule(string text, DateTime due, Uri? destination = null)
    {
        await using var scope = _harness.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMessageScheduler>()
            .ScheduleSend(destination ?? Reminders, due, new Reminder { Text = text }, Cancel);
    }

    async Task CancelAsync(Guid token)
    {
        await using var scope = _harness.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageScheduler>()
            .CancelScheduledSend(Reminders, token, Cancel);
    }

    Task Stored(int rows) => _harness.Wait(() => _harness.List(
        "select token from scheduled_message where destination is not 'exchange:run-ledger-control'").Count == rows);
}
