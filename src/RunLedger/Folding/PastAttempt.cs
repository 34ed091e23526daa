namespace RunLedger.Folding;

/// <summary>
/// What is left of an attempt when a greater one is known: its first sign and its earliest start, and of its ends the
/// two least, the first of which counted and the second of which disagreed.
/// </summary>
/// <param name="Number">From 1.</param>
/// <param name="FirstAt">As <see cref="Fold.FirstAt"/>.</param>
/// <param name="StartedAt">Null where no start was observed.</param>
/// <param name="End">Null where no end was observed.</param>
/// <param name="OtherEnd">Null where no other was.</param>
/// <param name="OutputRef">Of the end, cut.</param>
/// <param name="ErrorRef">Of the end, cut.</param>
readonly record struct PastAttempt(
    int Number,
    long FirstAt,
    long? StartedAt,
    Ending? End,
    Ending? OtherEnd,
    string? OutputRef,
    string? ErrorRef)
{
    /// <summary>The first sign of an attempt of which no more is known than start and end.</summary>
    public static long FirstOf(long? startedAt, Ending? end) =>
        Math.Min(startedAt ?? long.MaxValue, end?.At ?? long.MaxValue);

    /// <summary>The same attempt, known from both.</summary>
    public static PastAttempt Merge(PastAttempt a, PastAttempt b)
    {
        var ended = a.End is not { } x || (b.End is { } y && y.CompareTo(x) < 0) ? b : a;
        return ended with
        {
            FirstAt = Math.Min(a.FirstAt, b.FirstAt),
            StartedAt = a.StartedAt is null || b.StartedAt < a.StartedAt ? b.StartedAt : a.StartedAt,
            OtherEnd = LeastBut(ended.End, a.End, a.OtherEnd, b.End, b.OtherEnd),
        };
    }

    /// <summary>Whether both say the same; the references follow from the end.</summary>
    public bool SameAs(PastAttempt other) =>
        (Number, FirstAt, StartedAt, End, OtherEnd)
        == (other.Number, other.FirstAt, other.StartedAt, other.End, other.OtherEnd);

    static Ending? LeastBut(Ending? first, params ReadOnlySpan<Ending?> ends)
    {
        Ending? least = null;
        foreach (var end in ends)
        {
            if (end is { } one && end != first && (least is not { } known || one.CompareTo(known) < 0))
                least = one;
        }

        return least;
    }
}
