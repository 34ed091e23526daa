namespace RunLedger.Sealing;

/// <summary>Whether the ledger keeps, beside its rows, what proves that they are as it wrote them.</summary>
public sealed class SealingOptions
{
    /// <summary>
    /// Whether every commit is sealed: a hash of each row that it wrote, under one root. The same on every replica.
    /// </summary>
    /// <value>The default is false: nothing is kept, and nothing is spent on it.</value>
    public bool Enabled { get; set; }
}
