using RunLedger.Service.Charts;

namespace RunLedger.Service.Runs;

/// <summary>Where a component lies in its run's time, in thousandths of it.</summary>
/// <param name="From">Where the bar begins.</param>
/// <param name="Width">How long it is; at least what can be seen.</param>
/// <param name="Open">It has not ended.</param>
/// <param name="Skewed">It ended before it started, by its publishers' clocks.</param>
readonly record struct GanttBar(double From, double Width, bool Open, bool Skewed)
{
    const double Least = 4;

    /// <summary>Null where neither a start nor an end is known.</summary>
    public static GanttBar? Of(DateTime? started, DateTime? ended, TimeScale scale, DateTime now)
    {
        if ((started ?? ended) is not { } begin)
            return null;
        var end = ended ?? (now > begin ? now : begin);
        var skewed = end < begin;
        if (skewed)
            (begin, end) = (end, begin);
        var from = Math.Min(scale.Share(begin) * 1000, 1000 - Least);
        var width = Math.Clamp((scale.Share(end) - scale.Share(begin)) * 1000, Least, 1000 - from);
        return new GanttBar(from, width, ended is null, skewed);
    }
}
