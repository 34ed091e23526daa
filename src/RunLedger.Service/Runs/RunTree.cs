using System.ComponentModel;

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
