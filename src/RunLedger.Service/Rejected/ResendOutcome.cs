using System.ComponentModel;

namespace RunLedger.Service.Rejected;

/// <summary>What became of one rejected row that was sent again or discarded.</summary>
sealed record ResendOutcome
{
    public required Guid RejectedId { get; init; }

    [Description("open (it was rejected again, see reason), resending (another request does it now), resent or discarded.")]
    public required string State { get; init; }

    [Description("Why it still cannot be taken; null when it was.")]
    public required string? Reason { get; init; }

    [Description("Its row in /api/actions; null when there was nothing to do.")]
    public required Guid? ActionId { get; init; }
}
