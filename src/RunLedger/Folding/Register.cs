namespace RunLedger.Folding;

/// <summary>One column: the value from its best source so far; the value null is no value.</summary>
readonly record struct Register(string? Value, Rank Rank)
{
    public static Register Least(Register a, Register b)
    {
        if (a.Value is null)
            return b;
        if (b.Value is null)
            return a;
        var order = a.Rank.CompareTo(b.Rank);
        return order < 0 || (order == 0 && string.CompareOrdinal(a.Value, b.Value) <= 0) ? a : b;
    }
}
