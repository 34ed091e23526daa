using RunLedger.Folding;

namespace RunLedger.Service.Dossier;

/// <summary>When no run began.</summary>
static class GapTally
{
    const long Day = 24L * 3_600 * 1_000_000;

    /// <param name="begun">When the runs began, at least one; sorted here.</param>
    /// <param name="asOf">Where what is looked at ends.</param>
    public static GapFigures Of(List<long> begun, long asOf)
    {
        begun.Sort();
        var (days, longest, at) = (1, 0L, 0);
        for (var i = 1; i < begun.Count; i++)
        {
            if (begun[i] / Day != begun[i - 1] / Day)
                days++;
            // Of several that are as long the first.
            if (begun[i] - begun[i - 1] > longest || i == 1)
                (longest, at) = (begun[i] - begun[i - 1], i);
        }

        return new()
        {
            FirstRunAt = LedgerTime.Time(begun[0]),
            LastRunAt = LedgerTime.Time(begun[^1]),
            SinceLastRunSeconds = Rates.Seconds(asOf - begun[^1]),
            LongestSilence = at == 0 ? null : new()
            {
                Seconds = Rates.Seconds(longest),
                From = LedgerTime.Time(begun[at - 1]),
                To = LedgerTime.Time(begun[at]),
            },
            Days = days,
            DaysWithout = (int)(asOf / Day - begun[0] / Day) + 1 - days,
        };
    }
}
