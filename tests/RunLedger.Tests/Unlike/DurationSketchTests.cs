using RunLedger.Testing;
using RunLedger.Unlike;

namespace RunLedger.Tests.Unlike;

/// <summary>Durations in little room.</summary>
public sealed class DurationSketchTests
{
    static readonly DateTime Noon = Some.Noon.UtcDateTime;
    static readonly TimeSpan Month = TimeSpan.FromDays(30);

    [Theory]
    [InlineData(.05)]
    [InlineData(.5)]
    [InlineData(.95)]
    [InlineData(.99)]
    public void A_quantile_is_right_to_two_in_a_hundred_whatever_the_scale(double chance)
    {
        foreach (var scale in new[] { .01, 1, 5_000, 1e6 })
        {
            var sketch = Of(Enumerable.Range(1, 10_000).Select(n => scale * n / 100));

            var exact = scale * chance * 10_000 / 100;
            Assert.InRange(sketch.Quantile(chance), exact * .98, exact * 1.02);
        }
    }

    [Fact]
    public void Of_twenty_the_chance_of_ninety_five_is_at_the_longest()
    {
        var sketch = Of(Enumerable.Range(1, 20).Select(n => (double)n));

        Assert.InRange(sketch.Quantile(.95), 19, 20 * 1.02);
    }

    [Fact]
    public void What_remains_of_those_that_took_longer_is_their_own_quantile()
    {
        var sketch = Of(Enumerable.Range(1, 10_000).Select(n => (double)n));

        Assert.InRange(sketch.WeightAbove(9_000), 970, 1_030);
        Assert.InRange(sketch.Quantile(.5, above: 9_000), 9_400, 9_600);
        Assert.InRange(sketch.Quantile(.1, above: 9_000), 9_000, 9_200);
        Assert.Equal(0, sketch.WeightAbove(20_000));
    }

    [Fact]
    public void What_was_stored_is_read_again_as_it_was()
    {
        var sketch = Of([-3, 0, .0001, 1, 1, 86_400, 1e12, double.MaxValue]);

        var read = DurationSketch.Read(sketch.Write());

        Assert.Equal(sketch.Write(), read.Write());
        Assert.Equal((8, 8d, Noon), (read.Count, read.Weight, read.LatestAt));
    }

    [Theory]
    [InlineData("")]
    [InlineData("FF0102")]
    public void What_cannot_be_read_begins_anew(string stored) =>
        Assert.Equal(0, DurationSketch.Read(Convert.FromHexString(stored)).Count);

    [Fact]
    public void A_process_that_has_become_slower_has_another_usual_before_long()
    {
        var sketch = new DurationSketch();
        for (var day = 0; day < 120; day++)
        {
            for (var run = 0; run < 10; run++)
                sketch.Add(day < 90 ? 60 : 600, Noon.AddDays(day), Month);
        }

        Assert.InRange(sketch.Quantile(.95), 588, 612);
        Assert.InRange(sketch.Quantile(.5), 588, 612);
    }

    [Fact]
    public void Of_a_process_that_seldom_runs_the_years_before_count_too()
    {
        var sketch = new DurationSketch();
        for (var quarter = 0; quarter < 40; quarter++)
            sketch.Add(60 + quarter, Noon.AddDays(91 * quarter), Month);

        Assert.Equal(40, sketch.Weight, 3);
        Assert.InRange(sketch.Quantile(.05), 59, 64);
    }

    [Fact]
    public void A_clock_that_jumps_makes_no_duration_count_for_more_than_a_new_one()
    {
        var sketch = new DurationSketch();
        for (var run = 0; run < 300; run++)
            sketch.Add(60, Noon, Month);
        sketch.Add(60, Noon.AddDays(300), Month);
        sketch.Add(600, Noon, Month);

        Assert.InRange(sketch.WeightAbove(300), 0, .01);
        Assert.InRange(sketch.Weight, 100, 102);
    }

    [Fact]
    public void It_has_so_many_buckets_at_most_whatever_it_is_given()
    {
        var sketch = new DurationSketch();
        var random = new Random(1);
        for (var n = 0; n < 100_000; n++)
            sketch.Add(Math.Exp((random.NextDouble() * 60) - 30), Noon, Month);

        Assert.InRange(sketch.Write().Length, 1, 10_000);
    }

    static DurationSketch Of(IEnumerable<double> seconds)
    {
        var sketch = new DurationSketch();
        foreach (var one in seconds)
            sketch.Add(one, Noon, Month);
        return sketch;
    }
}
