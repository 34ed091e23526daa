using RunLedger.Telemetry;
using RunLedger.Testing;

namespace RunLedger.Tests.Telemetry;

public sealed class LagWindowTests
{
    static readonly DateTime Noon = Some.Noon.UtcDateTime;

    readonly LagWindow _lags = new();

    [Theory]
    [InlineData(0.005)]
    [InlineData(1)]
    [InlineData(250)]
    [InlineData(86_400_000)]
    public void Half_and_nineteen_in_twenty_are_right_to_one_in_eight_and_never_too_short(double longest)
    {
        for (var n = 1; n <= 1_000; n++)
            _lags.Add(TimeSpan.FromMilliseconds(longest * n / 1_000));

        var (p50, p95) = _lags.Of(Noon)!.Value;

        Assert.InRange(p50.TotalMilliseconds, longest * .5 - .001, longest * .5 * 1.126 + .001);
        Assert.InRange(p95.TotalMilliseconds, longest * .95 - .001, longest * .95 * 1.126 + .001);
    }

    [Fact]
    public void One_alone_is_both_and_a_clock_that_disagrees_makes_it_nothing()
    {
        Assert.Null(_lags.Of(Noon));
        _lags.Add(TimeSpan.FromSeconds(-5));

        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), _lags.Of(Noon));
    }

    [Fact]
    public void What_is_longer_than_any_counts_as_the_longest()
    {
        _lags.Add(TimeSpan.MaxValue);

        Assert.InRange(_lags.Of(Noon)!.Value.P95, TimeSpan.FromDays(30), TimeSpan.MaxValue);
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(119, true)]
    [InlineData(180, false)]
    [InlineData(-180, false)]
    public void What_was_committed_longer_ago_than_two_minutes_is_no_part_of_it(int seconds, bool counts)
    {
        _lags.Of(Noon);
        _lags.Add(TimeSpan.FromMilliseconds(7));

        Assert.Equal(counts, _lags.Of(Noon.AddSeconds(seconds)) is not null);
    }
}
