using RunLedger.Expectations;
using RunLedger.Service.Web;

namespace RunLedger.Service.Expectations;

/// <summary>What came of a slot, read off its runs.</summary>
static class SlotReading
{
    public const string OnTime = "on_time";
    public const string Late = "late";
    public const string Missed = "missed";
    public const string Pending = "pending";
    public const string NotJudged = "not_judged";

    /// <param name="expected">What is expected.</param>
    /// <param name="slot">When.</param>
    /// <param name="zone">Of its clocks.</param>
    /// <param name="runs">The first first, and whether each is nearer to the next slot.</param>
    /// <param name="miss">When it was found missed, and when that was taken back; null where it never was.</param>
    /// <param name="now">For runs that are open.</param>
    public static SlotAnswer Of(
        Expectation expected,
        DateTime slot,
        TimeZoneInfo zone,
        IReadOnlyList<(SlotRun Run, bool NearNext)> runs,
        (DateTime MissedAt, DateTime? CameAt)? miss,
        DateTime now) => new()
        {
            At = slot,
            LocalAt = TimeZoneInfo.ConvertTime(new DateTimeOffset(slot), zone),
            State = runs.Count > 0 ? runs[0].Run.BeganAt <= slot + expected.Grace ? OnTime : Late
                : miss is not null ? Missed
                : slot > expected.JudgedUntil ? Pending
                : NotJudged,
            Runs = [.. runs.Select(run => run.Run)],
            MissedAt = miss?.MissedAt,
            CameAt = miss?.CameAt,
            Notes = [.. Notes(expected, runs, now)],
        };

    // The second run of a slot that is nearer to the next one is that one's, too early; the first is this one's, late.
    static IEnumerable<string> Notes(
        Expectation expected, IReadOnlyList<(SlotRun Run, bool NearNext)> runs, DateTime now)
    {
        var early = runs.Skip(1).Count(run => run.NearNext);
        if (runs.Count - early > expected.MostRuns)
        {
            yield return $"{Phrases.Count(runs.Count - early, "run", "runs")}, and {expected.MostRuns} "
                + $"{(expected.MostRuns == 1 ? "is" : "are")} allowed.";
        }

        if (early > 0)
        {
            yield return $"{Phrases.Count(early, "run", "runs")} more than {expected.Early:c} before the next slot: "
                + "too early to be its.";
        }

        if (expected.Longest is not { } longest)
            yield break;
        foreach (var (run, _) in runs)
        {
            if ((run.EndedAt ?? (run.Status is null ? run.BeganAt : now)) - run.BeganAt is var took && took > longest)
            {
                yield return $"The run {run.ProcessRunId} {(run.EndedAt is null ? "takes" : "took")} "
                    + $"{Phrases.Long(took)}, and {longest:c} is allowed.";
            }
        }
    }
}
