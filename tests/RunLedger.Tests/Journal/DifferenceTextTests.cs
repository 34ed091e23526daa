using RunLedger.Cli.Journal;
using RunLedger.Journal;

namespace RunLedger.Tests.Journal;

public sealed class DifferenceTextTests
{
    static readonly Guid Id = Guid.Parse("0194fdc2-fa2f-7cc0-81d3-ff1207450001");

    [Fact]
    public void A_row_that_differs_shows_each_column_with_both_values()
    {
        var line = DifferenceText.Of(new("t", Id, InLedger: true, InLog: true, IsOlder: false,
            [new("status", "failed", "completed"), new("output_ref", null, "a\nb")]));

        Assert.Equal($"t {Id}: status failed, the log says completed; output_ref null, the log says a b", line);
    }

    [Fact]
    public void Long_values_are_shown_where_they_part()
    {
        var (same, rest) = (new string('x', 1_000), new string('y', 1_000));

        var line = DifferenceText.Of(new("t", Id, InLedger: true, InLog: true, IsOlder: false,
            [new("evidence_ref", same + "1" + rest, same + "2" + rest)]));

        Assert.Contains("xxx1yyy", line, StringComparison.Ordinal);
        Assert.Contains("xxx2yyy", line, StringComparison.Ordinal);
        Assert.InRange(line.Length, 100, 400);
    }

    [Theory]
    [InlineData(true, "only in the ledger")]
    [InlineData(false, "only in the log")]
    public void A_row_that_one_side_lacks_says_which(bool inLedger, string expected) => Assert.Equal(
        $"t {Id}: {expected}", DifferenceText.Of(new("t", Id, inLedger, !inLedger, IsOlder: false, [])));
}
