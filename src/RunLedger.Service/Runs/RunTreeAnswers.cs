using System.ComponentModel;
using System.Text.Json.Serialization;

namespace RunLedger.Service.Runs;

/// <summary>A run among its own: what it was started by, and what it started.</summary>
sealed record RunTree
{
    [Description("From the root down to the parent of the run; empty when the run is the root.")]
    public required IReadOnlyList<RunTreeNode> Ancestors { get; init; }

    [Description("The run that was asked for, with its children nested.")]
    public required RunTreeNode Run { get; init; }

    [Description("The parent that the topmost run names and that the ledger has not seen; null when there is none.")]
    public required Guid? UnseenParentId { get; init; }

    [Description("A run that is its own ancestor: the tree stops there. Null when there is none.")]
    public required Guid? CycleAt { get; init; }

    [Description("True when runs were left out, because there are more than the tree holds or they nest deeper.")]
    public required bool Truncated { get; init; }
}

/// <summary>A run in a tree: enough to draw it. The references and the evidence are at <c>/api/runs/{id}</c>.</summary>
sealed record RunTreeNode
{
    public required Guid ProcessRunId { get; init; }
    public required Guid? ParentRunId { get; init; }
    public required string ProcessCandidateCode { get; init; }
    public required string? ProcessDefinitionCode { get; init; }
    public required string CorrelationId { get; init; }
    public required string Status { get; init; }
    public required string SourceSystem { get; init; }
    public required string? ErrorRef { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }
    public required DateTime CreatedAt { get; init; }

    [Description("In the order in which the ledger first heard of them. Missing on ancestors.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RunTreeNode>? Children { get; init; }
}
