namespace RunLedger.Service.Grid;

/// <summary>A column of the grid: one run.</summary>
sealed record GridRun
{
    public required Guid ProcessRunId { get; init; }
    public required string Status { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }
    public required DateTime CreatedAt { get; init; }
    public required double? Seconds { get; init; }
}
