using System.Globalization;

namespace RunLedger.Service.Changes;

/// <summary>
/// How surprising something is after what was seen before: in bits, so that 1 is as heads of a coin, and 6 as rare as
/// one in 64. A value that is new where every run has a new one, such as an id or a time, surprises nobody.
/// </summary>
static class Surprise
{
    /// <summary>With fewer nothing is usual.</summary>
    public const int Least = 5;

    /// <summary>With so many figures they are taken for a measure.</summary>
    const int LeastFigures = 10;

    /// <summary>Where there was too little before.</summary>
    public const double Unknown = 1;

    /// <param name="value">What it is now; null where it is missing.</param>
    /// <param name="before">What it was, run by run; null where it was missing.</param>
    public static double Of(string? value, IReadOnlyList<string?> before)
    {
        if (before.Count < Least)
            return Unknown;
        var counts = before.GroupBy(one => one ?? "\0").ToDictionary(same => same.Key, same => same.Count());
        var seen = counts.GetValueOrDefault(value ?? "\0");
        if (seen == 0 && Figures(value, before) is var (figure, figures) && figures.Distinct().Count() > 2)
            return Of(figure, figures);
        // The chance of what was never seen is that of what was seen once (Good and Turing).
        var once = counts.Values.Count(count => count == 1);
        return Bits((seen > 0 ? seen : Math.Max(once, .5)) / (before.Count + 1.0));
    }

    /// <summary>In bits; nothing is more surprising.</summary>
    public const double Most = 64;

    /// <param name="value">A figure.</param>
    /// <param name="before">Those before it, ascending.</param>
    public static double Of(double value, IReadOnlyList<double> before)
    {
        var (least, most) = (before[0], before[^1]);
        var below = before.Count(one => one < value);
        var above = before.Count(one => one > value);
        // Its place from the nearer end.
        var place = Bits(Math.Min(1, (2.0 * Math.Min(below, above) + 1) / (before.Count + 1)));
        // Beyond the ends also by how far, measured by what lies between.
        var beyond = Math.Max(least - value, value - most);
        if (beyond <= 0)
            return place;
        var ways = beyond / Math.Max(most - least, 1e-9);
        return double.IsFinite(ways) ? Math.Min(place + Math.Log2(1 + ways), Most) : Most;
    }

    static (double, List<double>)? Figures(string? value, IReadOnlyList<string?> before)
    {
        if (before.Count < LeastFigures || !Read(value, out var figure))
            return null;
        var figures = new List<double>();
        foreach (var one in before)
        {
            if (!Read(one, out var was))
                return null;
            figures.Add(was);
        }

        figures.Sort();
        return (figure, figures);
    }

    static bool Read(string? text, out double figure) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out figure) && double.IsFinite(figure);

    static double Bits(double chance) => -Math.Log2(chance);
}
