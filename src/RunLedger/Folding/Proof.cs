namespace RunLedger.Folding;

/// <summary>
/// The evidence one contract gave: canonical JSON and the order key it came with; null is no evidence.
/// </summary>
readonly record struct Proof(string? Json, OrderKey Key)
{
    /// <summary>The least wins; where a contract repeats itself by nature (a heartbeat), the greatest.</summary>
    public static Proof Chosen(Proof a, Proof b)
    {
        if (a.Json is null)
            return b;
        if (b.Json is null)
            return a;
        var newest = a.Key.Contract is Contract.RunHeartbeat or Contract.RunObserved;
        return (a.Key.CompareTo(b.Key) <= 0) == newest ? b : a;
    }
}
