using MassTransit;
using MassTransit.Scheduling;

namespace RunLedger.Scheduling;

/// <summary>MassTransit's scheduler commands: acknowledged when they are stored.</summary>
sealed class ScheduleConsumer(ScheduleCommitter committer, TimeProvider time)
    : IConsumer<ScheduleMessage>, IConsumer<CancelScheduledMessage>, IConsumer<ScheduleRecurringMessage>,
        IConsumer<CancelScheduledRecurringMessage>, IConsumer<PauseScheduledRecurringMessage>,
        IConsumer<ResumeScheduledRecurringMessage>
{
    public Task Consume(ConsumeContext<ScheduleMessage> context) =>
        committer.Schedule(ScheduleCommand.Row(context, time.GetUtcNow()));

    public Task Consume(ConsumeContext<CancelScheduledMessage> context) =>
        committer.Cancel(new ScheduleCancellation(
            context.Message.TokenId != Guid.Empty
                ? context.Message.TokenId
                : throw new UnschedulableException("It has no TokenId, which names the message to cancel."),
            At(context.Message.Timestamp)));

    public Task Consume(ConsumeContext<ScheduleRecurringMessage> context) =>
        committer.Schedule(ScheduleCommand.Row(context, time.GetUtcNow()));

    public Task Consume(ConsumeContext<CancelScheduledRecurringMessage> context) =>
        committer.Cancel(new ScheduleCancellation(
            Token(context.Message.ScheduleGroup, context.Message.ScheduleId), At(context.Message.Timestamp)));

    public Task Consume(ConsumeContext<PauseScheduledRecurringMessage> context) =>
        committer.Pause(new SchedulePause(
            Token(context.Message.ScheduleGroup, context.Message.ScheduleId),
            Paused: true,
            At(context.Message.Timestamp)));

    public Task Consume(ConsumeContext<ResumeScheduledRecurringMessage> context) =>
        committer.Pause(new SchedulePause(
            Token(context.Message.ScheduleGroup, context.Message.ScheduleId),
            Paused: false,
            At(context.Message.Timestamp)));

    static Guid Token(string? group, string? id) => string.IsNullOrWhiteSpace(id)
        ? throw new UnschedulableException("It has no ScheduleId.")
        : CronSchedule.TokenOf(group, id);

    DateTime At(DateTime said) => ScheduleCommand.Utc(said is { Year: > 1 } ? said : time.GetUtcNow().UtcDateTime);
}
