using System.ComponentModel;

namespace RunLedger.Service.Grid;

/// <summary>A row of the grid: one component across runs.</summary>
sealed record GridRow
{
    [Description("Its dotCode, else its eventCode, else its role.")]
    public required string Component { get; init; }

    [Description("One for each run, in the order of runs; null where the run has no such component.")]
    public required IReadOnlyList<GridCell?> Cells { get; init; }
}
