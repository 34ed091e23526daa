using System.Globalization;
using MassTransit.Scheduling;
using RunLedger.Scheduling;

namespace RunLedger.Tests.Scheduling;

/// <summary>Cron as it is written for Quartz and elsewhere, and what is done about times that were missed.</summary>
public sealed class CronScheduleTests
{
    // A Wednesday.
    static readonly DateTime Noon = new(2026, 4, 1, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("*/5 * * * *", null, "2026-04-01T12:05:00")]
    [InlineData("0 9 * * 1", null, "2026-04-06T09:00:00")]
    [InlineData("0/10 * * * * ?", null, "2026-04-01T12:00:10")]
    [InlineData("0 0 9 ? * 2", null, "2026-04-06T09:00:00")]
    [InlineData("0 0 9 ? * MON", null, "2026-04-06T09:00:00")]
    [InlineData("0 0 9 ? * 2-6", null, "2026-04-02T09:00:00")]
    [InlineData("0 0 9 ? * 1,7", null, "2026-04-04T09:00:00")]
    [InlineData("0 0 9 ? * 6L", null, "2026-04-24T09:00:00")]
    [InlineData("0 0 9 ? * 2#2", null, "2026-04-13T09:00:00")]
    [InlineData("0 0 9 ? * L", null, "2026-04-04T09:00:00")]
    [InlineData("0 0 9 ? * 6/2", null, "2026-04-03T09:00:00")]
    [InlineData("0 0 9 L * ?", null, "2026-04-30T09:00:00")]
    [InlineData("0 0 9 ? * 2 *", null, "2026-04-06T09:00:00")]
    [InlineData("0 0 15 * * ?", "Europe/Berlin", "2026-04-01T13:00:00")]
    [InlineData("0 0 15 * * ?", "W. Europe Standard Time", "2026-04-01T13:00:00")]
    public void It_is_due_when_its_author_means(string cron, string? zone, string next) => Assert.Equal(
        next, Of(cron, zone).Next(Noon, Noon)?.ToString("s", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("soon", "has 1 fields: send five")]
    [InlineData("61 * * * *", "cannot be read")]
    [InlineData("0 0 9 ? * 8", "a day of the week is 1 (Sunday) to 7 (Saturday), and this is 8.")]
    [InlineData("0 0 9 ? * 99999999999999", "a day of the week is 1")]
    [InlineData("0 0 9 ? * 2 2027", "The year '2027'")]
    [InlineData("", "has no CronExpression")]
    public void What_cannot_be_read_is_said_in_words(string cron, string words) => Assert.Contains(
        words, Assert.Throws<UnschedulableException>(() => Of(cron)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_zone_that_is_not_known_is_said() => Assert.Equal(
        "The time zone 'Mars/Olympus' of its schedule is not known.",
        Assert.Throws<UnschedulableException>(() => Of("* * * * *", "Mars/Olympus")).Message);

    [Fact]
    public void It_starts_at_its_start_and_ends_at_its_end()
    {
        var schedule = Of("0 0 12 * * ?", start: Noon.AddDays(2), end: Noon.AddDays(3));

        Assert.Equal(Noon.AddDays(2), schedule.First(Noon));
        Assert.Equal(Noon.AddDays(3), schedule.Next(Noon.AddDays(2), Noon.AddDays(2)));
        Assert.Null(schedule.Next(Noon.AddDays(3), Noon.AddDays(3)));
        Assert.Equal(Noon.AddDays(1), Of("0 0 12 * * ?").First(Noon.AddTicks(10)));
    }

    [Fact]
    public void Times_that_were_missed_are_sent_once_or_skipped_as_its_policy_says()
    {
        var late = Noon.AddHours(2.5);

        Assert.Equal(Noon.AddHours(3), Of("0 0 * * * ?").Next(Noon, late));
        Assert.True(Of("0 0 * * * ?").Sends(Noon, late));
        Assert.True(Of("0 0 * * * ?", missed: MissedEventPolicy.Send).Sends(Noon, late));
        Assert.False(Of("0 0 * * * ?", missed: MissedEventPolicy.Skip).Sends(Noon, late));
        Assert.True(Of("0 0 * * * ?", missed: MissedEventPolicy.Skip).Sends(Noon, Noon.AddSeconds(59)));
    }

    [Fact]
    public void Its_name_is_the_same_with_the_prefix_that_MassTransit_gives_triggers()
    {
        Assert.Equal(CronSchedule.TokenOf("g", "nightly"), CronSchedule.TokenOf("g", "Recurring.Trigger.nightly"));
        Assert.NotEqual(CronSchedule.TokenOf("g", "nightly"), CronSchedule.TokenOf("h", "nightly"));
    }

    static CronSchedule Of(
        string cron, string? zone = null, DateTime? start = null, DateTime? end = null,
        MissedEventPolicy missed = MissedEventPolicy.Default) =>
        CronSchedule.Of(new Given(
            zone ?? "", start ?? DateTime.UnixEpoch, end, "nightly", "reports", cron, "", missed));

    sealed record Given(
        string TimeZoneId,
        DateTimeOffset StartTime,
        DateTimeOffset? EndTime,
        string ScheduleId,
        string ScheduleGroup,
        string CronExpression,
        string Description,
        MissedEventPolicy MisfirePolicy) : RecurringSchedule;
}
