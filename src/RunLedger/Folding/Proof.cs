namespace RunLedger.Folding;

/// <summary>
/// The evidence one contract gave: canonical JSON, the order key it came with, and the attempt at the run that it is
/// of; null is no evidence.
/// </summary>
readonly record struct Proof(string? Json, OrderKey Key, int Attempt = 1)
{
    /// <summary>
    /// The member of evidence that says what could not be kept of its observation, or not as it came: an array of
    /// texts.
    /// </summary>
    public const string Dropped = "runledger:dropped";

    /// <summary>
    /// That of the greater attempt; of one attempt the least, or where a contract repeats itself by nature (a
    /// heartbeat) the greatest.
    /// </summary>
    public static Proof Chosen(Proof a, Proof b)
    {
        if (a.Json is null)
            return b;
        if (b.Json is null)
            return a;
        if (a.Attempt != b.Attempt)
            return a.Attempt > b.Attempt ? a : b;
        var newest = a.Key.Contract is Contract.RunHeartbeat or Contract.RunObserved;
        return (a.Key.CompareTo(b.Key) <= 0) == newest ? b : a;
    }
}
