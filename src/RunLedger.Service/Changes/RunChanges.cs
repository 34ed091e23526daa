using System.ComponentModel;

namespace RunLedger.Service.Changes;

/// <summary>A run beside another: only what differs, the most surprising first.</summary>
sealed record RunChanges
{
    public required ChangedRun Run { get; init; }

    [Description("Without against the last run of its candidate before it that completed.")]
    public required ChangedRun Against { get; init; }

    [Description("How many completed runs of its candidate before it say what is usual, at most 50.")]
    public required int GoodRuns { get; init; }

    [Description("What should be known of the comparison.")]
    public required IReadOnlyList<string> Remarks { get; init; }

    [Description("At most 200.")]
    public required IReadOnlyList<RunChange> Changes { get; init; }

    [Description("How many differ beyond those, or in a way that is usual: such as ids and times, which every run has "
        + "others of.")]
    public required int Others { get; init; }
}

/// <summary>One of the two runs.</summary>
sealed record ChangedRun
{
    public required Guid ProcessRunId { get; init; }
    public required string ProcessCandidateCode { get; init; }
    public required string Status { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }

    [Description("When it left for the archive; null while it is in the ledger's tables.")]
    public required DateTime? ArchivedAt { get; init; }

    [Description("The member version of its evidence.")]
    public required string? Version { get; init; }
}
