using RunLedger.Journal;

namespace RunLedger.Tests.Journal;

public sealed class JournalHoleTests
{
    [Theory]
    [InlineData(7, 6, false, 0)]
    [InlineData(7, 7, true, 0)]
    [InlineData(7, 8, false, 2)]
    public void One_offset_is_the_brokers_note_and_more_are_missing(long from, long to, bool isNote, long missing)
    {
        var hole = new JournalHole(from, to);

        Assert.Equal((isNote, missing), (hole.IsNote, hole.Missing));
    }
}
