using System.Globalization;
using RunLedger.Service.Changes;

namespace RunLedger.Tests.Changes;

/// <summary>How surprising a value is after others.</summary>
public sealed class SurpriseTests
{
    [Theory]
    [InlineData(1.7e308, -1.7e308)]
    [InlineData(1e300, 1)]
    [InlineData(-1e308, 1e308)]
    public void Nothing_is_infinitely_surprising(double value, double before) =>
        Assert.InRange(Surprise.Of(value, [before, before, before, before, before]), 1, Surprise.Most);

    [Fact]
    public void A_value_that_every_run_has_another_of_surprises_nobody() =>
        Assert.InRange(Surprise.Of("new", [.. Enumerable.Range(0, 50).Select(n => $"id-{n}")]), 0, .1);

    [Fact]
    public void A_new_value_where_there_was_one_only_is_as_surprising_as_can_be() =>
        Assert.InRange(Surprise.Of("new", [.. Enumerable.Repeat("old", 50)]), 6, 7);

    [Fact]
    public void One_that_was_there_before_is_as_surprising_as_it_was_rare()
    {
        string?[] before = [.. Enumerable.Repeat("a", 25), .. Enumerable.Repeat("b", 20), .. Enumerable.Repeat("c", 5)];

        Assert.InRange(Surprise.Of("a", before), .9, 1.1);
        Assert.True(Surprise.Of("c", before) > Surprise.Of("b", before));
        Assert.True(Surprise.Of(null, before) > Surprise.Of("c", before));
    }

    [Fact]
    public void A_figure_far_from_all_others_is_surprising_though_each_run_has_its_own()
    {
        string?[] before =
            [.. Enumerable.Range(0, 50).Select(n => (1_000 + (n * 7 % 50)).ToString(CultureInfo.InvariantCulture))];

        Assert.True(Surprise.Of("3", before) > 7);
        Assert.InRange(Surprise.Of("1024.5", before), 0, 1);
    }

    [Fact]
    public void Of_too_few_nothing_is_known() => Assert.Equal(Surprise.Unknown, Surprise.Of("x", ["a", "a"]));
}
