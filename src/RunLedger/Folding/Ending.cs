namespace RunLedger.Folding;

/// <summary>
/// A terminal observation. The least time ends the row; at the same time failed, cancelled, completed.
/// </summary>
readonly record struct Ending(long At, RunStatus Status, UInt128 Hash) : ILeast<Ending>
{
    public bool SameAs(Ending other) => this == other;

    public int CompareTo(Ending other) =>
        At != other.At ? At.CompareTo(other.At)
        : Status != other.Status ? Severity.CompareTo(other.Severity)
        : Hash.CompareTo(other.Hash);

    int Severity => Status switch { RunStatus.Failed => 0, RunStatus.Cancelled => 1, _ => 2 };
}
