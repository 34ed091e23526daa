using Microsoft.Extensions.Time.Testing;
using RunLedger.Testing;
using RunLedger.Unlike;

namespace RunLedger.Tests.Unlike;

/// <summary>A clock that is put forward makes nothing slow at once.</summary>
public sealed class ClockJumpTests
{
    readonly JumpingClock _time = new();

    [Fact]
    public void Time_that_passes_is_no_jump_however_long_it_is()
    {
        var jump = new ClockJump(_time);
        Assert.True(jump.Look());
        _time.Pass(TimeSpan.FromDays(3));

        Assert.True(jump.Look());
    }

    [Theory]
    [InlineData(24)]
    [InlineData(-1)]
    public void A_clock_that_was_put_to_another_time_is_doubted_for_ten_minutes_and_believed_then(int hours)
    {
        var jump = new ClockJump(_time);
        jump.Look();
        _time.Put(TimeSpan.FromHours(hours));

        Assert.False(jump.Look());
        _time.Pass(TimeSpan.FromMinutes(9));
        Assert.False(jump.Look());
        _time.Pass(TimeSpan.FromMinutes(2));
        Assert.True(jump.Look());
    }

    /// <summary>Of which the clock can be put without time that passes.</summary>
    sealed class JumpingClock : TimeProvider
    {
        readonly FakeTimeProvider _passing = new(Some.Noon);
        TimeSpan _ahead;

        public void Pass(TimeSpan span) => _passing.Advance(span);

        public void Put(TimeSpan ahead) => _ahead = ahead;

        public override DateTimeOffset GetUtcNow() => _passing.GetUtcNow() + _ahead;

        public override long TimestampFrequency => _passing.TimestampFrequency;

        public override long GetTimestamp() => _passing.GetTimestamp();
    }
}
