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

/// <summary>A column of the grid: one run.</summary>
sealed record GridRun
{
    public required Guid ProcessRunId { get; init; }
    public required string Status { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }
    public required DateTime CreatedAt { get; init; }
    public required double? Seconds { get; init; }

    [Description("The member version of its evidence; null where it has none.")]
    public required string? Version { get; init; }
}

/// <summary>A row of the grid: one component across runs.</summary>
sealed record GridRow
{
    [Description("Its dotCode, else its eventCode, else its role.")]
    public required string Component { get; init; }

    [Description("One for each run, in the order of runs; null where the run has no such component.")]
    public required IReadOnlyList<GridCell?> Cells { get; init; }
}

/// <summary>A component in one run: its last attempt.</summary>
sealed record GridCell
{
    public required Guid ComponentRunId { get; init; }
    public required string Status { get; init; }

    [Description("From start to end; null where one of them is not known.")]
    public required double? Seconds { get; init; }

    [Description("How many components of the run go by this name: more than one when it was tried again.")]
    public required int Attempts { get; init; }
}
