using System.Globalization;
using RunLedger.Telemetry;

namespace RunLedger.Unlike;

/// <summary>When something that is open should end, by those before it that were open as long.</summary>
/// <param name="Of">Those before it.</param>
/// <param name="Elapsed">How long it is open, in seconds.</param>
/// <param name="From">One in ten of them ended before that; null where nothing can be said.</param>
/// <param name="To">One in ten of them ended after that.</param>
sealed record EndOutlook(Usual Of, double Elapsed, double? From, double? To)
{
    /// <summary>Of the chance that it ends within the band.</summary>
    public const double Chance = .8;

    const double Edge = (1 - Chance) / 2;

    /// <summary>With fewer that took longer one in ten of them cannot be told.</summary>
    const double LeastLonger = 9;

    /// <param name="usual">Those before it.</param>
    /// <param name="elapsed">How long it is open, in seconds; less than nothing where clocks disagree.</param>
    public static EndOutlook Create(Usual usual, double elapsed)
    {
        elapsed = Math.Max(0, elapsed);
        return !usual.IsEnough || usual.Sketch.WeightAbove(elapsed) < LeastLonger
            ? new(usual, elapsed, null, null)
            : new(
                usual, elapsed, usual.Sketch.Quantile(Edge, elapsed), usual.Sketch.Quantile(1 - Edge, elapsed));
    }

    /// <summary>The figures in words.</summary>
    public string Sentence => this switch
    {
        { Of.IsEnough: false } =>
            $"When it should end is not known: {Of.Runs} so far; {Of.Needed} are needed.",
        { From: { } from, To: { } to } =>
            $"It should end in {SpanWords.Seconds(from - Elapsed)} to {SpanWords.Seconds(to - Elapsed)}: eight in ten "
            + (Elapsed < 1 ? $"of {Of.Runs} did." : $"did of those, among {Of.Runs}, that took longer than it has."),
        _ when Of.Sketch.ShareAbove(Elapsed) is var share && share < .0005 =>
            $"It is open longer than all of {Of.Runs} took: when it will end cannot be told.",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"Only {100 * Of.Sketch.ShareAbove(Elapsed):0.#} in 100 of {Of.Runs} took longer than it has: too few ")
            + "to tell when it will end.",
    };
}
