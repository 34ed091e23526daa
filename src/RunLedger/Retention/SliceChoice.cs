using RunLedger.Deadlines;

namespace RunLedger.Retention;

/// <summary>Which runs a slice takes: those settled after a point whose time is over, in order.</summary>
/// <param name="After">Where the slice before this one stopped.</param>
/// <param name="Now">The ledger's time.</param>
/// <param name="Limit">How many runs it looks at.</param>
/// <param name="Periods">How long runs stay.</param>
/// <param name="OneMonth">Whether all must have been settled in one month, because they share files.</param>
sealed record SliceChoice(SettledPoint After, DateTime Now, int Limit, RetentionPeriods Periods, bool OneMonth)
{
    /// <summary>What one pair of files may hold, as the database stores it.</summary>
    const long MaxBytes = 16 * 1024 * 1024;

    /// <summary>By status, the latest moment of settling that may be over.</summary>
    public IReadOnlyDictionary<string, DateTime> Latest { get; } = Periods.Latest(Now);

    /// <summary>Of the runs looked at, in order: those to take, and where the next slice goes on.</summary>
    public (List<SettledRun> Due, SettledPoint? Last) Of(List<SettledRun> looked)
    {
        var due = new List<SettledRun>(looked.Count);
        SettledPoint? last = null;
        foreach (var run in looked)
        {
            if (Periods.Over(run, Now))
            {
                if (OneMonth
                    && due.Count > 0
                    && ArchiveSlice.MonthOf(due[0].SettledAt) != ArchiveSlice.MonthOf(run.SettledAt))
                    break;
                due.Add(run);
            }

            last = new SettledPoint(run.SettledAt, run.Id);
        }

        return (due, last);
    }

    /// <summary>
    /// The first of them that fit into memory together, at least one; by the bytes of each with its components.
    /// </summary>
    public static (List<SettledRun> Due, SettledPoint? Last) Fit(
        List<SettledRun> due, SettledPoint? last, IReadOnlyDictionary<Guid, long> bytes)
    {
        long sum = 0;
        for (var at = 0; at < due.Count; at++)
        {
            sum += bytes[due[at].Id];
            if (sum > MaxBytes && at > 0)
                return (due[..at], new SettledPoint(due[at - 1].SettledAt, due[at - 1].Id));
        }

        return (due, last);
    }
}
