using MassTransit;
using MassTransit.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Scheduling;

/// <summary>MassTransit's recurring messages as a service schedules them, embedded.</summary>
public sealed class RecurringScheduleTests : IAsyncLifetime
{
    static readonly Uri Reminders = new("queue:Reminder");

    SchedulerHarness _harness = null!;

    public async ValueTask InitializeAsync() =>
        _harness = await SchedulerHarness.Start(bus => bus.AddConsumer<ReminderConsumer>());

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_comes_at_every_time_each_time_as_a_message_of_its_own()
    {
        var ids = new HashSet<Guid?>();
        await Schedule(new Every("0 0/5 * * * ?"));

        for (var time = 1; time <= 3; time++)
        {
            await _harness.Advance(() => _harness.Heard.Count == time, TimeSpan.FromSeconds(5));
            ids.Add(_harness.Heard.Last!.MessageId);
            Assert.Equal("Every", _harness.Heard.Last.Headers.Get<string>(MessageHeaders.Quartz.ScheduleId));
            Assert.InRange(
                _harness.Heard.Last.SentTime!.Value,
                _harness.Time.GetUtcNow().UtcDateTime.AddSeconds(-60),
                _harness.Time.GetUtcNow().UtcDateTime);
        }

        Assert.Equal(3, ids.Count);
    }

    [Fact]
    public async Task One_that_cannot_be_read_is_set_aside_with_the_reason()
    {
        await Schedule(new Every("every day"));

        await _harness.Wait(() => _harness.List("select reason from rejected_observation").Count == 1);

        Assert.Contains(
            "Its schedule 'every day' has 2 fields",
            _harness.List("select reason from rejected_observation")[0],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MissedEventPolicy.Skip, 0)]
    [InlineData(MissedEventPolicy.Send, 1)]
    [InlineData(MissedEventPolicy.Default, 1)]
    public async Task Times_that_passed_while_nobody_sent_are_sent_once_or_not(MissedEventPolicy missed, int sent)
    {
        await Schedule(new Every("0 0 * * * ?", missed));
        await Stored(1);
        await Scheduler(scheduler => scheduler.PauseScheduledRecurringSend("Every", "jobs"));
        await _harness.Wait(() => Due("paused") == 1);
        _harness.Time.Advance(TimeSpan.FromHours(7.5));

        await Scheduler(scheduler => scheduler.ResumeScheduledRecurringSend("Every", "jobs"));
        await _harness.Wait(
            () => Due($"not paused and due_at > '{_harness.Time.GetUtcNow():yyyy-MM-ddTHH:mm:ss}'") == 1);

        // What was to come is there before what is asked for after it.
        await using (var scope = _harness.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<IMessageScheduler>().ScheduleSend(
                Reminders, _harness.Time.GetUtcNow().UtcDateTime, new Reminder { Text = "last" }, Cancel);
        }

        await _harness.Wait(() => _harness.Heard.Contains("last"));
        Assert.Equal(sent, _harness.Heard.Count(text => text == "tick"));
    }

    [Fact]
    public async Task It_ends_at_its_end_and_when_it_is_cancelled()
    {
        await Schedule(new Every("0 0/5 * * * ?", end: _harness.Time.GetUtcNow().AddMinutes(5)));
        await Stored(1);
        await _harness.Advance(() => Due("true") == 0, TimeSpan.FromSeconds(20));
        await _harness.Wait(() => _harness.Heard.Count == 1);

        await Schedule(new Every("0 0/5 * * * ?"));
        await Stored(1);
        await Scheduler(scheduler => scheduler.CancelScheduledRecurringSend("Every", "jobs"));
        await Stored(0);
    }

    long Due(string where) => _harness.List(
        $"select token from scheduled_message where schedule is not null and {where}").Count;

    Task Stored(int schedules) => _harness.Wait(() => Due("true") == schedules);

    Task Schedule(RecurringSchedule schedule) => Scheduler(scheduler =>
        scheduler.ScheduleRecurringSend(Reminders, schedule, new Reminder { Text = "tick" }, Cancel));

    async Task Scheduler(Func<IRecurringMessageScheduler, Task> use)
    {
        await using var scope = _harness.Services.CreateAsyncScope();
        await use(scope.ServiceProvider.GetRequiredService<IRecurringMessageScheduler>());
    }

    sealed class Every : DefaultRecurringSchedule
    {
        public Every(string cron, MissedEventPolicy missed = MissedEventPolicy.Default, DateTimeOffset? end = null)
        {
            ScheduleId = "Every";
            ScheduleGroup = "jobs";
            CronExpression = cron;
            MisfirePolicy = missed;
            EndTime = end;
        }
    }
}
