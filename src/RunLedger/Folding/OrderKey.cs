namespace RunLedger.Folding;

/// <summary>
/// The total order of observations: the publisher's time in microseconds since 1970, then the contract, then the
/// first 128 bits of the SHA-256 of the observation's canonical JSON, so that no tie is left to arrival.
/// </summary>
readonly record struct OrderKey(long At, Contract Contract, UInt128 Hash) : IComparable<OrderKey>
{
    public int CompareTo(OrderKey other) =>
        At != other.At ? At.CompareTo(other.At)
        : Contract != other.Contract ? Contract.CompareTo(other.Contract)
        : Hash.CompareTo(other.Hash);
}
