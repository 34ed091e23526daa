using MassTransit;
using MassTransit.Context;
using MassTransit.Scheduling;

namespace RunLedger.Scheduling;

/// <summary>Schedules from within the host: straight into the store, without the hop through the queue.</summary>
sealed class LedgerScheduler(ScheduleCommitter committer, IBus bus, TimeProvider time) : BaseScheduleMessageProvider
{
    protected override async Task ScheduleSend(
        ScheduleMessage message, IPipe<SendContext<ScheduleMessage>> pipe, CancellationToken cancellationToken)
    {
        var send = new MessageSendContext<ScheduleMessage>(message, cancellationToken)
        {
            DestinationAddress = message.Destination,
            SourceAddress = bus.Address,
            ConversationId = NewId.NextGuid(),
        };
        await pipe.Send(send);
        await committer.Schedule(ScheduleCommand.Row(message, send, time.GetUtcNow())).WaitAsync(cancellationToken);
    }

    protected override Task CancelScheduledSend(
        Guid tokenId, Uri destinationAddress, CancellationToken cancellationToken) =>
        committer.Cancel(new ScheduleCancellation(tokenId, ScheduleCommand.Utc(time.GetUtcNow().UtcDateTime)))
            .WaitAsync(cancellationToken);
}
