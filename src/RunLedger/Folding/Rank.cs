namespace RunLedger.Folding;

/// <summary>
/// How good a source an observation is for a column, the least being the best. Class: for a header 0 is the start,
/// 1 another observation of the run, 2 one of a component; for a detail 0 is its start, 1 the rest; 3 is a row that
/// was there before RunLedger.
/// </summary>
readonly record struct Rank(byte Class, OrderKey Key) : IComparable<Rank>
{
    public int CompareTo(Rank other) => Class != other.Class ? Class.CompareTo(other.Class) : Key.CompareTo(other.Key);
}
