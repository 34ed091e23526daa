namespace RunLedger.Folding;

/// <summary>
/// What is left of an attempt when a greater one is known: its earliest start, and of its ends the least.
/// </summary>
/// <param name="Number">From 1.</param>
/// <param name="StartedAt">Null where no start was observed.</param>
/// <param name="End">Null where no end was observed.</param>
/// <param name="OutputRef">Of the end, cut.</param>
/// <param name="ErrorRef">Of the end, cut.</param>
readonly record struct PastAttempt(int Number, long? StartedAt, Ending? End, string? OutputRef, string? ErrorRef)
{
    /// <summary>The same attempt, known from both.</summary>
    public static PastAttempt Merge(PastAttempt a, PastAttempt b)
    {
        var ended = a.End is not { } x || (b.End is { } y && y.CompareTo(x) < 0) ? b : a;
        return ended with { StartedAt = a.StartedAt is null || b.StartedAt < a.StartedAt ? b.StartedAt : a.StartedAt };
    }

    /// <summary>Whether both say the same; the references follow from the end.</summary>
    public bool SameAs(PastAttempt other) =>
        (Number, StartedAt, End) == (other.Number, other.StartedAt, other.End);
}
