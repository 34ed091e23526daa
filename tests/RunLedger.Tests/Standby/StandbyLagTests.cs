using NpgsqlTypes;
using RunLedger.Service.Standby;
using RunLedger.Testing;

namespace RunLedger.Tests.Standby;

public sealed class StandbyLagTests
{
    readonly StandbyLag _lag = new();

    [Fact]
    public void A_primary_that_has_rested_for_an_hour_is_not_ahead_of_a_standby_that_has_all_of_it()
    {
        Measure(0, written: 100, replayed: 100, lastCommit: -3_600);

        Assert.Equal(0, Measure(10, written: 100, replayed: 100, lastCommit: -3_600));
    }

    [Fact]
    public void The_first_commit_after_a_rest_does_not_make_the_standby_an_hour_late()
    {
        Measure(0, written: 100, replayed: 100, lastCommit: -3_600);

        Assert.Equal(1, Measure(1, written: 200, replayed: 100, lastCommit: -3_600));
    }

    [Fact]
    public void A_standby_that_stands_still_is_behind_by_the_time_that_passes()
    {
        Measure(0, written: 100, replayed: 100, lastCommit: 0);
        Measure(1, written: 200, replayed: 100, lastCommit: 0);
        Measure(2, written: 300, replayed: 100, lastCommit: 0);

        Assert.Equal(60, Measure(60, written: 300, replayed: 100, lastCommit: 0));
    }

    [Fact]
    public void A_standby_that_catches_up_is_behind_since_the_newest_place_that_it_has()
    {
        Measure(0, written: 100, replayed: 100, lastCommit: null);
        Measure(10, written: 200, replayed: 100, lastCommit: null);
        Measure(20, written: 300, replayed: 150, lastCommit: null);

        Assert.Equal(20, Measure(30, written: 400, replayed: 250, lastCommit: null));
        Assert.Equal(0, Measure(31, written: 400, replayed: 400, lastCommit: null));
    }

    [Fact]
    public void Between_two_looks_at_a_busy_primary_the_newest_commit_on_the_standby_says_it_closer()
    {
        Measure(0, written: 100, replayed: 100, lastCommit: 0);

        Assert.Equal(0.25, Measure(1, written: 200, replayed: 199, lastCommit: 0.75));
    }

    [Fact]
    public void While_the_primary_cannot_be_asked_it_may_have_gone_on()
    {
        Measure(0, written: 100, replayed: 100, lastCommit: 0);

        Assert.Equal(5, Measure(5, written: null, replayed: 100, lastCommit: 0));
    }

    [Fact]
    public void Of_a_standby_that_was_never_seen_with_anything_of_the_primary_nothing_can_be_told() =>
        Assert.Null(Measure(0, written: 200, replayed: 100, lastCommit: null));

    [Fact]
    public void A_standby_that_is_behind_for_days_is_never_said_to_be_less_behind_than_it_is()
    {
        Measure(0, written: 1, replayed: 1, lastCommit: null);
        for (var second = 1; second < 10_000; second++)
            Measure(second, written: (ulong)second + 1, replayed: 1, lastCommit: null);

        Assert.Equal(10_000, Measure(10_000, written: 20_000, replayed: 1, lastCommit: null));
        Assert.InRange(Measure(10_001, written: 20_000, replayed: 9_000, lastCommit: null)!.Value, 1_002, 10_001);
        Assert.Equal(0, Measure(10_002, written: 20_000, replayed: 20_000, lastCommit: null));
    }

    double? Measure(double now, ulong? written, ulong replayed, double? lastCommit) => _lag.Measure(
        TimeSpan.FromSeconds(now),
        written is { } place
            ? new PrimaryPosition(new NpgsqlLogSequenceNumber(place), Time(now), "server/database")
            : null,
        new NpgsqlLogSequenceNumber(replayed),
        lastCommit is { } at ? Time(at) : null)?.TotalSeconds;

    // The primary's clock, which is nobody else's.
    static DateTime Time(double seconds) => Some.Noon.UtcDateTime.AddSeconds(seconds);
}
