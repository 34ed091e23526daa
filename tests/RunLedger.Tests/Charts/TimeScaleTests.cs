using RunLedger.Service.Charts;

namespace RunLedger.Tests.Charts;

/// <summary>Where moments lie on an axis, and which are marked.</summary>
public sealed class TimeScaleTests
{
    static readonly DateTime Noon = new(2026, 11, 1, 12, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(0.02, 5, "12:00:00.000 12:00:00.005 12:00:00.010 12:00:00.015 12:00:00.020")]
    [InlineData(47, 5, "12:00:00 12:00:10 12:00:20 12:00:30 12:00:40")]
    [InlineData(190, 5, "12:00 12:01 12:02 12:03")]
    [InlineData(24 * 3600, 8, "12:00 15:00 18:00 21:00 2 Nov 03:00 06:00 09:00 12:00")]
    [InlineData(30 * 24 * 3600, 8, "2 Nov 9 Nov 16 Nov 23 Nov 30 Nov")]
    public void Round_moments_are_marked_as_exactly_as_they_lie_apart(double seconds, int most, string labels) =>
        Assert.Equal(
            labels, string.Join(' ', new TimeScale(Noon, Noon.AddSeconds(seconds)).Ticks(most).Select(t => t.Label)));

    [Fact]
    public void However_long_it_is_there_are_never_many_marks_and_all_lie_in_it()
    {
        for (var milliseconds = 1.0; milliseconds < 1e12; milliseconds *= 1.7)
        {
            var scale = new TimeScale(Noon.AddMilliseconds(-7), Noon.AddMilliseconds(milliseconds));
            var ticks = scale.Ticks(5);

            Assert.InRange(ticks.Count, milliseconds < 1.1 ? 0 : 1, 6);
            Assert.All(ticks, tick => Assert.InRange(tick.At, scale.From, scale.To));
        }
    }

    [Fact]
    public void What_lies_outside_is_at_the_edge_and_a_scale_of_one_moment_has_a_place_for_all()
    {
        var scale = new TimeScale(Noon, Noon.AddHours(2));

        Assert.Equal("50%", scale.Percent(Noon.AddHours(1)));
        Assert.Equal((0, 1), (scale.Share(Noon.AddDays(-1)), scale.Share(Noon.AddDays(1))));
        Assert.Equal(0, new TimeScale(Noon, Noon).Share(Noon));
        Assert.Single(new TimeScale(Noon, Noon).Ticks(5));
    }
}
