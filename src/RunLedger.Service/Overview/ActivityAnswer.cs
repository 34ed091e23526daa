using System.ComponentModel;

namespace RunLedger.Service.Overview;

/// <summary>The latest changes of runs.</summary>
sealed record ActivityAnswer
{
    [Description("The newest first.")]
    public required IReadOnlyList<Change> Items { get; init; }
}
