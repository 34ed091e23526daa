using System.Globalization;
using RunLedger.Expectations;
using RunLedger.Scheduling;

namespace RunLedger.Tests.Expectations;

/// <summary>When runs are to start, and which start belongs to which time.</summary>
public sealed class SlotCalendarTests
{
    static readonly TimeSpan Early = TimeSpan.FromMinutes(5);

    [Theory]
    [InlineData("Europe/Berlin", 1, 150)]
    [InlineData("America/New_York", 2, 150)]
    // Half an hour, and at midnight.
    [InlineData("Australia/Lord_Howe", 3, 150)]
    [InlineData("America/Santiago", 4, 150)]
    [InlineData("Europe/Berlin", 5, 5_000, Explicit = true)]
    [InlineData("America/New_York", 6, 5_000, Explicit = true)]
    [InlineData("Australia/Lord_Howe", 7, 5_000, Explicit = true)]
    [InlineData("America/Santiago", 8, 5_000, Explicit = true)]
    public void The_slots_of_a_year_are_those_found_by_looking_at_the_clocks_every_minute(
        string zone, int seed, int schedules)
    {
        var walked = new WalkedSlots(CronSchedule.ZoneOf(zone));
        Assert.Equal(2, walked.Changes);
        var random = new Random(seed);
        var slots = 0;
        for (var one = 0; one < schedules; one++)
        {
            var cron = RandomCron.Next(random);

            var found = new SlotCalendar(cron.Text, zone).After(WalkedSlots.From.AddTicks(-1))
                .TakeWhile(slot => slot < WalkedSlots.Until).ToList();

            var expected = walked.Of(cron);
            Assert.True(
                expected.SequenceEqual(found),
                $"{cron.Text} in {zone}: false {Text(found.Except(expected))}, missing {Text(expected.Except(found))}");
            slots += found.Count;
        }

        Assert.InRange(slots, 200 * schedules, 40_000 * schedules);
    }

    [Theory]
    [InlineData("30 2 * * *", "2026-03-29T01:00:00Z")]
    [InlineData("*/30 2 * * *", "2026-03-29T01:00:00Z")]
    // Fixed: the first of the two. With a range, a step or a star: both.
    [InlineData("30 2 * * *", "2026-10-25T00:30:00Z")]
    [InlineData("30 2-2 * * *", "2026-10-25T00:30:00Z 2026-10-25T01:30:00Z")]
    public void A_skipped_time_is_that_of_the_change_and_a_repeated_one_is_there_once_where_it_is_fixed(
        string cron, string slots)
    {
        var expected = slots.Split(' ').Select(Time).ToList();

        Assert.Equal(
            expected,
            new SlotCalendar(cron, "Europe/Berlin").After(expected[0].Date.AddHours(-1))
                .TakeWhile(slot => slot < expected[0].Date.AddHours(20)));
    }

    [Theory]
    [InlineData("02:00", "02:00")]
    [InlineData("02:07", "02:00")]
    [InlineData("01:55", "02:00")]
    // Too early: of the hour before, and nearer to the next.
    [InlineData("01:54", "01:00 near next")]
    [InlineData("02:30", "02:00")]
    [InlineData("02:31", "02:00 near next")]
    public void A_run_is_of_the_next_slot_where_it_is_no_earlier_than_allowed_and_else_of_the_last(
        string began, string slot) => Assert.Equal(slot, Place("0 * * * *", began));

    [Fact]
    public void A_run_is_of_the_slot_that_it_names_however_late_it_is()
    {
        var calendar = new SlotCalendar("0 2 * * *", null);
        var named = Time("2026-05-01T02:00:00Z");

        Assert.Equal(new SlotPlace(named, NearNext: false), calendar.PlaceOf(named.AddDays(3), named, Early));
        Assert.Equal(
            new SlotPlace(named, NearNext: false), calendar.PlaceOf(named.AddDays(3), named.AddMinutes(1), Early));
    }

    [Fact]
    public void Being_early_never_reaches_further_than_half_way_to_the_slot_before()
    {
        Assert.Equal("02:00", Place("* * * * *", "02:00", seconds: 30));
        Assert.Equal("02:01", Place("* * * * *", "02:00", seconds: 31));
    }

    [Fact]
    public void Every_time_has_one_slot_and_the_windows_follow_each_other()
    {
        var random = new Random(7);
        for (var one = 0; one < 300; one++)
        {
            var cron = RandomCron.Next(random);
            var calendar = new SlotCalendar(cron.Text, "Europe/Berlin");
            var early = TimeSpan.FromMinutes(random.Next(0, 120));
            var at = WalkedSlots.From.AddMinutes(random.Next(365 * 24 * 60));
            SlotPlace? last = null;
            for (var step = 0; step < 20; step++, at = at.AddMinutes(random.Next(1, 400)))
            {
                if (calendar.PlaceOf(at, null, early) is not { } place)
                    continue;
                Assert.True(last is null || last.Value.Slot <= place.Slot, $"{cron.Text}: back at {at:u}");
                Assert.True(
                    place.Slot > at
                        ? place.Slot - at <= early
                        : calendar.Next(place.Slot) is not { } next || next > at,
                    $"{cron.Text}: {at:u} is of {place.Slot:u}");
                last = place;
            }
        }
    }

    static string Place(string cron, string began, int seconds = 0)
    {
        var place = new SlotCalendar(cron, null)
            .PlaceOf(Time($"2026-05-01T{began}:00Z").AddSeconds(seconds), null, Early)!.Value;
        return place.Slot.ToString("HH:mm", CultureInfo.InvariantCulture) + (place.NearNext ? " near next" : "");
    }

    static DateTime Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime;

    static string Text(IEnumerable<DateTime> slots) =>
        string.Join(", ", slots.Take(5).Select(slot => slot.ToString("u", CultureInfo.InvariantCulture)));
}
