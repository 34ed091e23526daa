namespace RunLedger.Folding;

/// <summary>A step observation as a header sees it; a failed step counts as started.</summary>
readonly record struct StepMark(long At, bool Completed)
{
    /// <summary>The later one; of two at the same time the completed one.</summary>
    public static StepMark? Newest(StepMark? a, StepMark? b)
    {
        if (a is not { } x)
            return b;
        if (b is not { } y)
            return a;
        return y.At > x.At || (y.At == x.At && y.Completed) ? y : x;
    }
}
