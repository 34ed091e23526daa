using MassTransit;

namespace RunLedger.Deadlines;

/// <summary>
/// Travels through the ledger's own queue, behind the observations that wait there: when it is received, all that was
/// published before <see cref="AskedAt"/> was delivered.
/// </summary>
[ConfigureConsumeTopology(false)]
[ExcludeFromTopology]
sealed record QueueReached
{
    /// <summary>When it was sent; the ledger's clock.</summary>
    public required DateTime AskedAt { get; init; }
}
