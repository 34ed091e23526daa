using RunLedger.Journal;

namespace RunLedger.Tests.Journal;

public sealed class JournalReplayTests
{
    [Theory]
    [InlineData(7, 7)]
    [InlineData(3, 5)]
    [InlineData(12, 12)]
    public void What_is_sent_begins_with_the_first_of_the_time_that_the_stream_still_has(long first, long from) =>
        Assert.Equal(new(from, 9), JournalReplay.Since(new(5, 9), first));

    [Fact]
    public void A_stream_that_does_not_say_what_came_then_ends_it_with_nothing_sent() =>
        Assert.Throws<JournalException>(() => JournalReplay.Since(new(5, 9), null));
}
