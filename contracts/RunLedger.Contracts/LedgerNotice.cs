namespace RunLedger.Contracts;

/// <summary>
/// What the ledger itself has to say of a run, sent at least once, after the row that says so is committed.
/// <see cref="OccurredAt"/> is the ledger's clock.
/// </summary>
public abstract record LedgerNotice : IRunMessage
{
    /// <inheritdoc/>
    public required Guid ProcessRunId { get; init; }

    /// <inheritdoc/>
    public required string ProcessCandidateCode { get; init; }

    /// <inheritdoc/>
    public required string CorrelationId { get; init; }

    /// <inheritdoc/>
    public required string SourceSystem { get; init; }

    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Why, in words an operator understands.</summary>
    public required string Reason { get; init; }

    /// <summary>The greatest time of any observation of the run so far, by its sender's clock.</summary>
    public DateTimeOffset? LastObservedAt { get; init; }
}
