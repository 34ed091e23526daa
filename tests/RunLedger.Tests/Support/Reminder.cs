using MassTransit;

namespace RunLedger.Tests.Support;

/// <summary>Somebody's message.</summary>
public sealed record Reminder
{
    public string Text { get; init; } = "";
}

/// <summary>Notes what arrives.</summary>
sealed class ReminderConsumer(SchedulerHarness.Notes heard) : IConsumer<Reminder>
{
    public Task Consume(ConsumeContext<Reminder> context)
    {
        heard.Last = context;
        heard.Enqueue(context.Message.Text);
        return Task.CompletedTask;
    }
}
