using RunLedger.Testing;
using RunLedger.Unlike;

namespace RunLedger.Tests.Unlike;

/// <summary>From when on something is unlike those before it, and when it should end, in words.</summary>
public sealed class DurationRuleTests
{
    static readonly DurationKey Key = new("PROC-CAND:dot:kg", null, null);
    static readonly Guid Run = new("01900000-0000-7000-8000-000000000001");

    readonly UnlikeOptions _options = new();

    [Fact]
    public void Slow_is_three_times_the_usual_and_a_minute_more_at_least()
    {
        Assert.InRange(DurationRule.SlowAfter(Even(600, 100), _options), 1_770, 1_840);
        Assert.InRange(DurationRule.SlowAfter(Even(1, 100), _options), 60.9, 61.2);
    }

    [Fact]
    public void What_varies_by_nature_is_slow_later()
    {
        var varied = new DurationSketch();
        for (var n = 0; n < 100; n++)
            varied.Add(n % 10 == 0 ? 1_800 : 120, Some.Noon.UtcDateTime, _options.HalfLife);

        Assert.True(DurationRule.SlowAfter(varied, _options) > 3 * 1_800);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(140)]
    public void One_that_was_far_off_moves_from_when_on_others_are_unlike_ten_times_at_most(int runs)
    {
        var (slow, fast) = (Even(600, runs - 1), Even(600, runs - 1));
        var (usually, least) = (
            DurationRule.SlowAfter(slow, _options), DurationRule.SuspiciousBelow(fast, _options));
        slow.Add(600_000, Some.Noon.UtcDateTime, _options.HalfLife);
        fast.Add(.1, Some.Noon.UtcDateTime, _options.HalfLife);

        Assert.InRange(DurationRule.SlowAfter(slow, _options), usually, 10.3 * usually);
        Assert.InRange(DurationRule.SuspiciousBelow(fast, _options), least / 10.3, least);
    }

    [Fact]
    public void Without_one_is_as_if_that_had_never_been()
    {
        var (all, others) = (Even(600, 30), Even(600, 30));
        all.Add(7, Some.Noon.UtcDateTime, _options.HalfLife);

        var rest = all.WithoutOne(longest: false);

        Assert.Equal((others.Count, others.Weight), (rest.Count, rest.Weight));
        Assert.Equal(others.Quantile(.01), rest.Quantile(.01));
        Assert.Equal(31, all.Count);
    }

    [Fact]
    public void What_is_nothing_most_of_the_time_is_slow_some_day()
    {
        var mixed = new DurationSketch();
        for (var n = 0; n < 100; n++)
            mixed.Add(n % 5 == 0 ? 3_600 : 0, Some.Noon.UtcDateTime, _options.HalfLife);

        Assert.InRange(DurationRule.SlowAfter(mixed, _options), 3 * 3_600, 200 * 3_600);
        Assert.False(double.IsNaN(DurationRule.SuspiciousBelow(mixed, _options)));
    }

    [Fact]
    public void A_version_that_is_too_long_keeps_its_characters_whole()
    {
        var cut = RunVersion.Text(new string('v', RunVersion.MostCharacters - 1) + "\U0001F600\U0001F600");

        Assert.Equal(new string('v', RunVersion.MostCharacters - 1) + "…", cut);
    }

    [Fact]
    public void Suspicious_is_a_third_of_the_usual_and_a_second_less_at_least()
    {
        Assert.InRange(DurationRule.SuspiciousBelow(Even(600, 100), _options), 190, 201);
        Assert.InRange(DurationRule.SuspiciousBelow(Even(1.2, 100), _options), 0, .21);
        Assert.True(DurationRule.SuspiciousBelow(Even(.5, 100), _options) <= 0);
    }

    [Theory]
    [InlineData(19, false)]
    [InlineData(20, true)]
    public void Nothing_is_unlike_fewer_than_twenty(int runs, bool isMarked)
    {
        var usual = new Usual(Key, Even(600, runs), _options.NeededRuns);

        Assert.Equal(isMarked, Open(usual, 86_400) is not null);
        Assert.Equal(
            isMarked, UnlikeMark.OfCompleted(Run, null, usual, 1, Some.Noon.UtcDateTime, _options) is not null);
    }

    [Fact]
    public void A_mark_says_its_figures_in_words()
    {
        var usual = new Usual(Key with { Version = "7" }, Even(600, 240), 20);

        Assert.Equal(
            "Open for 2 h, and slow is longer than 30 m: 95 in 100 of 240 runs of version 7 before it took at most "
            + "10 m.",
            Rounded(Open(usual, 7_200)!).Sentence(7_200));
        var part = UnlikeMark.OfCompleted(
            Run, Guid.CreateVersion7(), usual with { Key = Key with { Component = "load" } }, 2, Some.Noon.UtcDateTime,
            _options)!;
        Assert.Equal(
            "Its component load completed after 2.0 s, and suspicious is shorter than 3 m 20 s: 95 in 100 of 240 times "
            + "before it took at least 10 m.",
            (part with { LimitSeconds = 200, UsualSeconds = 600 }).Sentence(2));

        static UnlikeMark Rounded(UnlikeMark mark) => mark with { LimitSeconds = 1_800, UsualSeconds = 600 };
    }

    [Fact]
    public void When_it_should_end_is_a_band_that_moves_with_the_time_it_is_open()
    {
        var sketch = new DurationSketch();
        for (var n = 1; n <= 1_000; n++)
            sketch.Add(n, Some.Noon.UtcDateTime, _options.HalfLife);
        var usual = new Usual(Key, sketch, 20);

        var fresh = EndOutlook.Create(usual, 0);
        var old = EndOutlook.Create(usual, 800);

        Assert.InRange(fresh.From!.Value, 97, 103);
        Assert.InRange(fresh.To!.Value, 890, 912);
        Assert.InRange(old.From!.Value, 808, 830);
        Assert.InRange(old.To!.Value, 970, 990);
        Assert.Matches(
            @"^It should end in 1 m 3\d s to 15 m( \d+ s)?: eight in ten of 1,000 runs did\.$", fresh.Sentence);
        Assert.Matches(
            "^It should end in .* to .*: eight in ten did of those, among 1,000 runs, that took longer than it has.$",
            old.Sentence);
    }

    [Fact]
    public void Where_there_is_nothing_to_go_by_it_says_so()
    {
        Assert.Equal(
            "When it should end is not known: 12 runs so far; 20 are needed.",
            EndOutlook.Create(new(Key, Even(60, 12), 20), 5).Sentence);
        Assert.Equal(
            "It is open longer than all of 240 runs took: when it will end cannot be told.",
            EndOutlook.Create(new(Key, Even(60, 240), 20), 500).Sentence);
        var few = Even(60, 237);
        for (var n = 0; n < 3; n++)
            few.Add(1_000, Some.Noon.UtcDateTime, _options.HalfLife);
        Assert.Equal(
            "Only 1.3 in 100 of 240 runs took longer than it has: too few to tell when it will end.",
            EndOutlook.Create(new(Key, few, 20), 500).Sentence);
    }

    [Fact]
    public void A_start_that_is_ahead_of_the_clock_is_open_for_no_time()
    {
        var usual = new Usual(Key, Even(600, 240), 20);

        Assert.Null(Open(usual, -3_600));
        Assert.Equal(0, EndOutlook.Create(usual, -3_600).Elapsed);
    }

    [Fact]
    public void Options_out_of_their_range_are_named()
    {
        var options = new UnlikeOptions
        {
            LookEvery = TimeSpan.Zero,
            NeededRuns = 5,
            HalfLife = TimeSpan.Zero,
            Factor = double.NaN,
            SlowFloor = -TimeSpan.FromSeconds(1),
            FastFloor = -TimeSpan.FromSeconds(1),
        };

        Assert.Equal(6, options.Faults().Count());
        Assert.Empty(new UnlikeOptions().Faults());
    }

    UnlikeMark? Open(Usual usual, double seconds) =>
        UnlikeMark.OfOpen(Run, null, usual, seconds, Some.Noon.UtcDateTime, _options);

    DurationSketch Even(double seconds, int runs)
    {
        var sketch = new DurationSketch();
        for (var n = 0; n < runs; n++)
            sketch.Add(seconds, Some.Noon.UtcDateTime, _options.HalfLife);
        return sketch;
    }
}
