using System.ComponentModel;

namespace RunLedger.Service.Overview;

/// <summary>Something that happened to a run, by the ledger's clock.</summary>
sealed record Change
{
    public required DateTime At { get; init; }

    [Description("new (first heard of) or settled (ended, or flagged).")]
    public required string What { get; init; }
    public required Guid ProcessRunId { get; init; }
    public required string Candidate { get; init; }
    public required string Status { get; init; }
    public required string? ErrorRef { get; init; }
}
