namespace RunLedger.Folding;

/// <summary>A step observation as a header sees it; a failed step counts as started.</summary>
/// <param name="At">When.</param>
/// <param name="Completed">Whether it completed.</param>
/// <param name="Attempt">The attempt at the run that it named; 1 where it named none.</param>
readonly record struct StepMark(long At, bool Completed, int Attempt)
{
    /// <summary>
    /// That of the greater attempt; of one attempt the later one; of two at the same time the completed one.
    /// </summary>
    public static StepMark? Newest(StepMark? a, StepMark? b)
    {
        if (a is not { } x)
            return b;
        if (b is not { } y)
            return a;
        return (y.Attempt, y.At, y.Completed).CompareTo((x.Attempt, x.At, x.Completed)) > 0 ? y : x;
    }
}
