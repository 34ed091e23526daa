namespace RunLedger.Unlike;

/// <summary>
/// From when on an open run is slow, and a completed one suspicious. A factor alone would flag what varies much by
/// nature: so it grows with the square of how far the rare ones lie from the usual, and lies beyond the rarest.
/// </summary>
static class DurationRule
{
    /// <summary>With fewer the rarest are not known.</summary>
    public const int LeastRuns = 20;

    /// <summary>In seconds: what is longer, nobody waits for.</summary>
    const double Longest = 10 * 365.25 * 24 * 60 * 60;

    /// <summary>What varies more than that by nature is not waited for any longer.</summary>
    const double MostSpread = 100;

    /// <summary>In seconds; how many times nothing is contained in something, nobody can say.</summary>
    const double Least = .001;

    /// <summary>Beyond the longest of a hundred by that.</summary>
    const double BeyondRarest = 2;

    /// <summary>One of those before it makes it so many times as long, or as short, at most.</summary>
    const double MostByOne = 10;

    /// <summary>What 95 of 100 took at most.</summary>
    public static double UsualMost(DurationSketch sketch) => sketch.Quantile(.95);

    /// <summary>What 95 of 100 took at least.</summary>
    public static double UsualLeast(DurationSketch sketch) => sketch.Quantile(.05);

    /// <summary>
    /// In seconds. Of few runs one is the rarest, and of fewer than thirty p95 too: so one that was far off moves it to
    /// so many times what it is by the others, and no further.
    /// </summary>
    public static double SlowAfter(DurationSketch sketch, UnlikeOptions options)
    {
        var all = SlowBy(sketch, options);
        // By the others it is more than that, which is known without counting them.
        var least = Math.Max(options.Factor * sketch.Quantile(.5), options.SlowFloor.TotalSeconds);
        return Math.Min(
            Longest,
            all <= MostByOne * least
                ? all
                : Math.Min(all, MostByOne * SlowBy(sketch.WithoutOne(longest: true), options)));
    }

    /// <summary>In seconds; nothing is shorter where that is not above 0.</summary>
    /// <inheritdoc cref="SlowAfter"/>
    public static double SuspiciousBelow(DurationSketch sketch, UnlikeOptions options)
    {
        var (all, p50) = (SuspiciousBy(sketch, options), sketch.Quantile(.5));
        return p50 <= options.FastFloor.TotalSeconds || all >= p50 / options.Factor / MostByOne
            ? all
            : Math.Max(all, SuspiciousBy(sketch.WithoutOne(longest: false), options) / MostByOne);
    }

    static double SlowBy(DurationSketch sketch, UnlikeOptions options)
    {
        var (p50, p95) = (sketch.Quantile(.5), UsualMost(sketch));
        return Math.Max(
            Math.Max(p95 * Math.Max(options.Factor, Spread(p95, p50)), p95 + options.SlowFloor.TotalSeconds),
            sketch.Quantile(.99) * BeyondRarest);
    }

    static double SuspiciousBy(DurationSketch sketch, UnlikeOptions options)
    {
        var (p50, p5) = (sketch.Quantile(.5), UsualLeast(sketch));
        return Math.Min(
            Math.Min(p5 / Math.Max(options.Factor, Spread(p50, p5)), p5 - options.FastFloor.TotalSeconds),
            sketch.Quantile(.01) / BeyondRarest);
    }

    static double Spread(double longer, double shorter) =>
        Math.Min(Math.Pow(longer / Math.Max(shorter, Least), 2), MostSpread);
}
