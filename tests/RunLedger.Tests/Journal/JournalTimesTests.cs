using RunLedger.Journal;

namespace RunLedger.Tests.Journal;

public sealed class JournalTimesTests
{
    static readonly DateTime Begin = new(2026, 3, 1, 8, 0, 0, DateTimeKind.Utc);
    static readonly DateTime Now = Begin.AddDays(30);

    int _asked;

    [Fact]
    public async Task Whether_a_message_came_since_a_time_is_what_the_stream_says()
    {
        var times = new JournalTimes(FirstAt, Now);
        for (var offset = 5L; offset < 600; offset += 7)
        {
            foreach (var minutes in (int[])[-90, -1, 0, 1, 90])
            {
                Assert.Equal(
                    minutes <= 0,
                    await times.CameSince(offset, Begin.AddHours(offset - 5).AddMinutes(minutes)));
            }
        }
    }

    [Fact]
    public async Task What_is_said_at_once_hardly_ever_asks_the_stream()
    {
        var times = new JournalTimes(FirstAt, Now);

        // As a day before what it says.
        for (var offset = 5L; offset < 600; offset++)
            Assert.True(await times.CameSince(offset, Begin.AddHours(offset - 5).AddDays(-1)));

        Assert.InRange(_asked, 1, 60);
    }

    [Fact]
    public async Task Many_that_are_ahead_ask_once()
    {
        var times = new JournalTimes(FirstAt, Now);

        for (var minute = 0; minute < 100; minute++)
            Assert.False(await times.CameSince(100, Begin.AddHours(200).AddMinutes(minute)));

        Assert.InRange(_asked, 1, 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(86_400)]
    [InlineData(30 * 86_400)]
    [InlineData(3_000 * 86_400)]
    public async Task The_log_begins_in_the_second_of_its_first_message(int secondsAgo)
    {
        var began = Now.AddSeconds(-secondsAgo);
        var times = new JournalTimes(
            at => Task.FromResult<long?>(Seconds(at) <= Seconds(began) ? 77 : null), Now);

        var found = await times.Began(77);

        Assert.InRange(began - found, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    // An hour between two messages, from the offset 5 on.
    Task<long?> FirstAt(DateTime at)
    {
        _asked++;
        var offset = 5 + (long)Math.Ceiling((at - Begin).TotalHours);
        return Task.FromResult<long?>(offset > 605 ? null : Math.Max(5, offset));
    }

    static long Seconds(DateTime time) => time.Ticks / TimeSpan.TicksPerSecond;
}
