namespace RunLedger.Folding;

/// <summary>
/// A terminal observation. The least time ends the row; at the same time failed, cancelled, completed.
/// </summary>
/// <param name="At">When.</param>
/// <param name="Status">As what.</param>
/// <param name="Hash">Of the observation.</param>
/// <param name="IsWeak">
/// It says that nobody waits for the component any more: what the component itself reports counts before it, whenever
/// that was, and is no disagreement with it.
/// </param>
readonly record struct Ending(long At, RunStatus Status, UInt128 Hash, bool IsWeak = false) : ILeast<Ending>
{
    public bool SameAs(Ending other) => this == other;

    public int CompareTo(Ending other) =>
        IsWeak != other.IsWeak ? IsWeak.CompareTo(other.IsWeak)
        : At != other.At ? At.CompareTo(other.At)
        : Status != other.Status ? Severity.CompareTo(other.Severity)
        : Hash.CompareTo(other.Hash);

    int Severity => Status switch { RunStatus.Failed => 0, RunStatus.Cancelled => 1, _ => 2 };
}
