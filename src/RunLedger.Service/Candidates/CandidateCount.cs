using RunLedger.Folding;
using RunLedger.Service.Charts;

namespace RunLedger.Service.Candidates;

/// <summary>Makes figures of the runs that were counted.</summary>
static class CandidateCount
{
    /// <param name="window">Which of its runs are counted.</param>
    /// <param name="all">How many runs the candidate has.</param>
    /// <param name="runs">Those that were counted.</param>
    public static CandidateFigures Of(CandidateWindow window, long all, IReadOnlyCollection<CountedRun> runs)
    {
        var mostADay = all <= window.Most ? (int?)null : window.MostADay;
        var byDay = runs.ToLookup(run => run.Day);
        var days = Enumerable.Range(0, window.Days)
            .Select(n => Day(window.Day(n), mostADay, [.. byDay[n]]))
            .ToList();
        var outcomes = OutcomeCounts.Sum(days.Select(day => day.Outcomes));
        var (p50, p95) = Percentiles(Completed(runs));
        return new()
        {
            Since = window.Since,
            Days = window.Days,
            MostADay = mostADay,
            Counted = runs.Count,
            Truncated = days.Exists(day => day.Truncated),
            Outcomes = outcomes,
            SuccessRate = SuccessRate(outcomes),
            P50Seconds = p50,
            P95Seconds = p95,
            ByDay = days,
        };
    }

    /// <summary>Completed, of what ended; null where nothing did.</summary>
    public static double? SuccessRate(OutcomeCounts outcomes) =>
        outcomes.Ended == 0 ? null : (double)outcomes.Completed / outcomes.Ended;

    public static OutcomeCounts Outcomes(IEnumerable<RunStatus> statuses) =>
        statuses.Aggregate(OutcomeCounts.None, (sum, status) => sum.With(status));

    /// <summary>By nearest rank: each is the time of a run that there was.</summary>
    public static (double? P50, double? P95) Percentiles(IEnumerable<double> seconds)
    {
        var sorted = seconds.Order().ToList();
        return (At(.5), At(.95));

        double? At(double share) => sorted.Count == 0 ? null : sorted[(int)Math.Ceiling(share * sorted.Count) - 1];
    }

    static CandidateDay Day(DateTime day, int? mostADay, IReadOnlyCollection<CountedRun> runs)
    {
        var (p50, p95) = Percentiles(Completed(runs));
        return new()
        {
            Day = day,
            Outcomes = Outcomes(runs.Select(run => run.Status)),
            P50Seconds = p50,
            P95Seconds = p95,
            Truncated = runs.Count >= mostADay,
        };
    }

    static IEnumerable<double> Completed(IEnumerable<CountedRun> runs) =>
        runs.Where(run => run.Status == RunStatus.Completed).Select(run => run.Seconds).OfType<double>();
}
