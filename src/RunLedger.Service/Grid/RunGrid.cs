using System.ComponentModel;

namespace RunLedger.Service.Grid;

/// <summary>The latest runs of one candidate against their components.</summary>
sealed record RunGrid
{
    public required string Candidate { get; init; }

    [Description("The newest first.")]
    public required IReadOnlyList<GridRun> Runs { get; init; }

    [Description("In the order in which they usually start.")]
    public required IReadOnlyList<GridRow> Rows { get; init; }

    [Description("True when the runs have more components than are looked at.")]
    public required bool Truncated { get; init; }
}
