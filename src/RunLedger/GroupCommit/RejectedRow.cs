namespace RunLedger.GroupCommit;

/// <summary>A row of <c>rejected_observation</c>: what could not be taken, as it came, and why.</summary>
sealed record RejectedRow
{
    /// <summary>A digest of contract and payload: the same rubbish twice is one row.</summary>
    public Guid RejectedId { get; init; }
    public string? Contract { get; init; }

    /// <summary>Where it came from: the queue or exchange, or the HTTP route.</summary>
    public string Origin { get; init; } = "";
    public string? ContentType { get; init; }
    public byte[] Payload { get; init; } = [];

    /// <summary>What is wrong, in words a person can act on.</summary>
    public string Reason { get; init; } = "";
    public DateTime RejectedAt { get; init; }
}
