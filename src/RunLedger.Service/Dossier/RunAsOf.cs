using RunLedger.Folding;

namespace RunLedger.Service.Dossier;

/// <summary>
/// Where a run stood at a time of its publishers, by what its row knows now. An observation of after that time changes
/// nothing: ends and starts are the least that were reported, and of an attempt that a later one replaced the row
/// remembers its first sign, its start and its ends.
/// </summary>
/// <param name="BegunAt">The first sign of it, of whatever attempt.</param>
/// <param name="Attempt">The attempt that counted then.</param>
/// <param name="StartedAt">Of that attempt; null where no start was observed by then.</param>
/// <param name="End">Of that attempt; null where it was open.</param>
/// <param name="Error">Of that end.</param>
/// <param name="OtherEnds">Whether other ends of that attempt were reported by then.</param>
readonly record struct RunAsOf(
    long BegunAt, int Attempt, long? StartedAt, Ending? End, string? Error, bool OtherEnds)
{
    /// <summary>Null where the run had not begun.</summary>
    public static RunAsOf? Of(Fold fold, long asOf)
    {
        var begun = fold.FirstAt;
        foreach (var past in fold.Past.Members)
            begun = Math.Min(begun, past.FirstAt);
        if (begun > asOf)
            return null;
        if (fold.FirstAt <= asOf)
        {
            var ended = !fold.Endings.IsEmpty && fold.Endings.First.At <= asOf;
            return new(
                begun,
                fold.Attempt,
                ByThen(fold.StartedAt, asOf),
                ended ? fold.Endings.First : null,
                fold.ErrorRef,
                ended && HasOtherEnd(fold, asOf));
        }

        // The greatest comes first.
        foreach (var past in fold.Past.Members)
        {
            if (past.FirstAt <= asOf)
            {
                var ended = past.End?.At <= asOf;
                return new(
                    begun,
                    past.Number,
                    ByThen(past.StartedAt, asOf),
                    ended ? past.End : null,
                    past.ErrorRef,
                    ended && past.OtherEnd?.At <= asOf);
            }
        }

        return null;
    }

    static long? ByThen(long? at, long asOf) => at <= asOf ? at : null;

    static bool HasOtherEnd(Fold fold, long asOf)
    {
        foreach (var other in fold.Endings.Losers)
        {
            if (other.At <= asOf)
                return true;
        }

        return false;
    }
}
