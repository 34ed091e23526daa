using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Scheduling;
using RunLedger.Storage.Rows;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Scheduling;

public sealed class RecurringMessageTests
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task It_comes_on_every_beat_each_time_as_a_message_of_its_own()
    {
        await using var harness = await SchedulerHarness.Start(bus =>
        {
            bus.AddConsumer<IdConsumer>();
            bus.AddRecurring<Reminder>("remind", Minute, new Uri("queue:Id"));
            bus.AddRecurring<Reminder>("remind", Minute, new Uri("queue:Id"));
        });
        var start = harness.Time.GetUtcNow();

        await harness.Advance(() => harness.Heard.Count >= 3);

        Assert.InRange(harness.Time.GetUtcNow() - start, 3 * Minute, 4 * Minute);
        Assert.Equal(harness.Heard.Count, harness.Heard.Distinct().Count());
    }

    [Fact]
    public async Task Beats_that_were_missed_are_caught_up_with_one_message()
    {
        await using var harness = await SchedulerHarness.Start(bus =>
        {
            bus.AddConsumer<ReminderConsumer>();
            bus.AddRecurring(
                "remind", _ => Minute, _ => new Uri("queue:Reminder"), due => new Reminder { Text = $"{due:O}" });
        });
        await harness.Wait(() => harness.List(
            "select token from scheduled_message where destination is not 'exchange:run-ledger-control'").Count == 1);
        var due = harness.List(
            "select due_at from scheduled_message where destination is not 'exchange:run-ledger-control'")[0];

        harness.Time.Advance(100 * Minute);
        await harness.Wait(() => !harness.Heard.IsEmpty);
        await harness.Advance(() => harness.Heard.Count == 2);

        var heard = harness.Heard
            .Select(text => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture))
            .ToList();
        Assert.Equal(DateTimeOffset.Parse(due, System.Globalization.CultureInfo.InvariantCulture), heard[0]);
        Assert.Equal(100 * Minute, heard[1] - heard[0]);
    }

    [Fact]
    public void A_name_is_one_job_for_ever()
    {
        static RecurringMessage Named(string name, int seconds) =>
            new(name, TimeSpan.FromSeconds(seconds), new Uri("queue:x"), _ => new Reminder());

        Assert.Equal(Named("sweep", 1).Token, Named("sweep", 2).Token);
        Assert.NotEqual(Named("sweep", 1).Token, Named("retention", 1).Token);
        Assert.Equal(Guid.Parse("862fc2ed-efcf-589d-a75c-fb621a1df9c8"), Named("sweep", 1).Token);
    }

    [Fact]
    public void The_next_beat_is_the_first_that_is_not_past()
    {
        var row = new RecurringMessage("sweep", Minute, new Uri("queue:x"), _ => new Reminder()).Row(
            Some.Noon.UtcDateTime);
        var due = Some.Noon.UtcDateTime + Minute;

        Assert.Equal(due, row.DueAt);
        Assert.Equal(due + Minute, RecurringMessage.Next(row, due));
        Assert.Equal(due + Minute, RecurringMessage.Next(row, due + Minute - TimeSpan.FromTicks(10)));
        Assert.Equal(due + (2 * Minute), RecurringMessage.Next(row, due + Minute));
        Assert.Equal(due + (1000 * Minute), RecurringMessage.Next(row, due + (999.5 * Minute)));
    }

    sealed class IdConsumer(SchedulerHarness.Notes heard) : IConsumer<Reminder>
    {
        public Task Consume(ConsumeContext<Reminder> context)
        {
            heard.Enqueue($"{context.MessageId}");
            return Task.CompletedTask;
        }
    }
}
