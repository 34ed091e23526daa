using MassTransit;
using MassTransit.Scheduling;

namespace RunLedger.Scheduling;

/// <summary>MassTransit's scheduler commands: acknowledged when they are stored.</summary>
sealed class ScheduleConsumer(ScheduleCommitter committer, TimeProvider time)
    : IConsumer<ScheduleMessage>, IConsumer<CancelScheduledMessage>
{
    public Task Consume(ConsumeContext<ScheduleMessage> context) =>
        committer.Schedule(ScheduleCommand.Row(context, time.GetUtcNow()));

    public Task Consume(ConsumeContext<CancelScheduledMessage> context)
    {
        var at = context.Message.Timestamp is { Year: > 1 } said ? said : time.GetUtcNow().UtcDateTime;
        return committer.Cancel(new ScheduleCancellation(context.Message.TokenId, ScheduleCommand.Utc(at)));
    }
}
