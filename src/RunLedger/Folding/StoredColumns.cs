namespace RunLedger.Folding;

/// <summary>What a stored row says beside its column <c>fold</c>, for the fold to be read back.</summary>
sealed record StoredColumns
{
    public required Guid Id { get; init; }

    /// <summary>The column <c>fold</c>; null on a row RunLedger did not write.</summary>
    public required byte[]? Fold { get; init; }

    /// <summary>What the row's own column says it is of: the candidate of a run, the run of a component.</summary>
    public required string Of { get; init; }
    public required bool IsComponent { get; init; }
    public required string CorrelationId { get; init; }
    public required string SourceSystem { get; init; }
    public required RunStatus Status { get; init; }
    public required string? OutputRef { get; init; }
    public required string? ErrorRef { get; init; }
    public required DateTime? StartedAt { get; init; }
    public required DateTime? EndedAt { get; init; }
    public required DateTime CreatedAt { get; init; }

    /// <summary>The value of a column that is a register.</summary>
    public required Func<RegisterColumn, string?> Register { get; init; }

    /// <summary>The evidence of each contract, as JSON; asked only where there is some.</summary>
    public required Func<IEnumerable<(Contract Contract, string Json)>> Evidence { get; init; }
}
