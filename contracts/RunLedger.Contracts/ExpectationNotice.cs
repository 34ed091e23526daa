namespace RunLedger.Contracts;

/// <summary>
/// What the ledger has to say of a run that was to start at a time, sent at least once, after the row that says so is
/// committed. <see cref="OccurredAt"/> is the ledger's clock.
/// </summary>
public abstract record ExpectationNotice
{
    /// <summary>The expectation, by the name it was given.</summary>
    public required string Expectation { get; init; }

    /// <summary>The candidates it is for: a code, with * and ? as wildcards.</summary>
    public required string Candidate { get; init; }

    /// <summary>The time at which a run was to start: its slot.</summary>
    public required DateTimeOffset ExpectedAt { get; init; }

    /// <summary>When the ledger found it.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Why, in words an operator understands.</summary>
    public required string Reason { get; init; }
}
