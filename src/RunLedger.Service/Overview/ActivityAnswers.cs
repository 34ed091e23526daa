using System.ComponentModel;

namespace RunLedger.Service.Overview;

/// <summary>The latest changes of runs.</summary>
sealed record ActivityAnswer
{
    [Description("The newest first.")]
    public required IReadOnlyList<Change> Items { get; init; }
}

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
