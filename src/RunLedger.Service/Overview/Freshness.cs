using System.ComponentModel;

namespace RunLedger.Service.Overview;

/// <summary>How far what the ledger shows is behind what was published.</summary>
sealed record Freshness
{
    [Description("From publishing to commit, of the newest message a replica has committed; null when none is known.")]
    public required double? LagSeconds { get; init; }

    [Description("When that was committed.")]
    public required DateTime? CommittedAt { get; init; }

    [Description("Messages that wait in the queue; null when that is not known.")]
    public required long? Waiting { get; init; }
}
