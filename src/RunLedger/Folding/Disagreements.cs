namespace RunLedger.Folding;

/// <summary>
/// What disagrees in a fold and what looks wrong, in words an operator understands. Derived anew each time, so that it
/// depends on the set of observations alone.
/// </summary>
static class Disagreements
{
    /// <summary>Publishers' clocks differ; less than this is not worth a word.</summary>
    const long SkewTolerance = 1_000_000;

    /// <param name="fold">What is known of the row.</param>
    /// <param name="of">What the row is of: "candidate" for a run, "run" for a component.</param>
    public static List<string> Conflicts(Fold fold, string of)
    {
        var said = new List<string>();
        if (!fold.Endings.IsEmpty)
        {
            var kept = fold.Endings.First;
            foreach (var lost in fold.Endings.Losers)
            {
                if (lost.IsWeak)
                    continue;
                said.Add($"also reported {lost.Status.Text()} at {LedgerTime.Text(lost.At)}; "
                    + $"{kept.Status.Text()} at {LedgerTime.Text(kept.At)} counts");
            }

            if (fold.Endings.More)
                said.Add($"{LeastSet<Ending>.MaxLosers}+ other ends were reported; the earliest counts");
        }

        var identity = fold.Identities.First;
        foreach (var other in fold.Identities.Losers)
        {
            if (!Disagrees(other, fold))
                continue;
            said.Add($"also said to be of {of} {other.Of}, correlation {other.Correlation}, source {other.Source} "
                + $"by {other.Rank.Key.Contract} at {LedgerTime.Text(other.Rank.Key.At)}; {of} {identity.Of}, "
                + $"correlation {identity.Correlation}, source {identity.Source} counts");
        }

        if (fold.Identities.More)
            said.Add($"{LeastSet<Identity>.MaxLosers}+ other identities were reported; the best source counts");
        return said;
    }

    /// <summary>How many said something else of who the row is than what counts.</summary>
    public static int Identities(Fold fold)
    {
        var others = 0;
        foreach (var other in fold.Identities.IsEmpty ? [] : fold.Identities.Losers)
            others += Disagrees(other, fold) ? 1 : 0;
        return others;
    }

    // What means that it was not said is no other word. A correlation is not said where it is the run's id.
    static bool Disagrees(Identity other, Fold fold)
    {
        var counts = fold.Identities.First;
        return other.Source != counts.Source
            || (other.Of != counts.Of && !UnsaidName.Is(other.Of))
            || (other.Correlation != counts.Correlation && other.Correlation != other.Of
                && other.Correlation != fold.Id.ToString());
    }

    public static List<string> Warnings(Fold fold)
    {
        var said = new List<string>();
        if (fold.StartedAt is { } started)
        {
            if (!fold.Endings.IsEmpty && fold.Endings.First.At < started)
            {
                said.Add($"ended at {LedgerTime.Text(fold.Endings.First.At)}, before it started at "
                    + $"{LedgerTime.Text(started)}: the clocks of its publishers disagree");
            }
            else if (fold.FirstAt < started - SkewTolerance)
            {
                said.Add(
                    $"observed at {LedgerTime.Text(fold.FirstAt)}, before it started at {LedgerTime.Text(started)}: "
                        + "the clocks of its publishers disagree");
            }
        }

        if (!fold.Endings.IsEmpty && fold.LastAt > fold.Endings.First.At + SkewTolerance)
        {
            said.Add($"observed at {LedgerTime.Text(fold.LastAt)}, after it ended at "
                + $"{LedgerTime.Text(fold.Endings.First.At)}");
        }

        return said;
    }
}
