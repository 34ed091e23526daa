using RunLedger.Expectations;

namespace RunLedger.Tests.Expectations;

/// <summary>
/// Schedules read off starts, which are late by some seconds, missing at times, and by hand now and then.
/// </summary>
public sealed class ScheduleLearnerTests
{
    static readonly DateTime Begin = new(2026, 2, 1, 0, 0, 0, DateTimeKind.Utc);
    static readonly string?[] Zones = [null, "Europe/Berlin", "America/New_York"];

    [Theory]
    [InlineData("* * * * *", null, "* * * * *", null)]
    [InlineData("7/15 * * * *", null, "7/15 * * * *", null)]
    [InlineData("42 * * * *", null, "42 * * * *", null)]
    [InlineData("10 1/6 * * *", null, "10 1/6 * * *", null)]
    [InlineData("0 3 * * *", null, "0 3 * * *", null)]
    // From February on: the clocks change, and only one zone keeps it.
    [InlineData("30 2 * * *", "Europe/Berlin", "30 2 * * *", "Europe/Berlin")]
    [InlineData("58 23 * * *", "America/New_York", "58 23 * * *", "America/New_York")]
    [InlineData("15 9 * * 1-5", "Europe/Berlin", "15 9 * * 1,2,3,4,5", "Europe/Berlin")]
    [InlineData("0 4 * * 0", null, "0 4 * * 0", null)]
    public void What_is_kept_is_found_though_some_are_missing_and_some_are_started_by_hand(
        string kept, string? zone, string found, string? foundZone)
    {
        for (var seed = 0; seed < 5; seed++)
        {
            var starts = Starts(new SlotCalendar(kept, zone), new Random(seed), missing: 0.03, byHand: 0.02);

            var proposal = ScheduleLearner.Learn(starts, Zones);

            Assert.Equal((found, foundZone), (proposal?.Cron, proposal?.Zone));
            Assert.InRange(proposal!.Filled, proposal.Slots * 0.9, proposal.Slots);
            Assert.True(proposal.Usual <= TimeSpan.FromSeconds(20), $"{proposal.Usual}");
            Assert.InRange(proposal.Grace, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(10));
        }
    }

    [Fact]
    public void What_keeps_nothing_is_not_made_to()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var at = Begin;
            var starts = Enumerable.Range(0, 200).Select(_ => at += TimeSpan.FromMinutes(random.Next(1, 600))).ToList();

            Assert.Null(ScheduleLearner.Learn(starts, Zones));
        }
    }

    [Fact]
    public void A_few_starts_say_nothing() => Assert.Null(ScheduleLearner.Learn(
        [.. Enumerable.Range(0, ScheduleLearner.Fewest - 1).Select(hour => Begin.AddHours(hour))], Zones));

    static List<DateTime> Starts(SlotCalendar calendar, Random random, double missing, double byHand)
    {
        var slots = calendar.After(Begin).Take(200).ToList();
        var span = slots[^1] - slots[0];
        return
        [
            .. slots.Where(_ => random.NextDouble() >= missing).Select(slot => slot.AddSeconds(random.Next(0, 10)))
                .Concat(slots.Where(_ => random.NextDouble() < byHand)
                    .Select(_ => slots[0] + (span * random.NextDouble())))
                .Order(),
        ];
    }
}
