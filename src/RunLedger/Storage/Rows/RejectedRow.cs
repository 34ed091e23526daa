namespace RunLedger.Storage.Rows;

/// <summary>A row of <c>rejected_observation</c>: what could not be taken, as it came, and why.</summary>
sealed record RejectedRow
{
    /// <summary>
    /// The same rubbish twice is one row. One that was sent again and is rejected again is open again, with what is
    /// wrong now.
    /// </summary>
    public const string OnConflict =
        """
        on conflict (rejected_id) do update set state = 'open', reason = excluded.reason,
          fingerprint = excluded.fingerprint,
          rejected_at = excluded.rejected_at, claimed_at = null, outcome = 'rejected again'
        where rejected_observation.state in ('resending', 'resent')
        """;

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

    /// <summary>
    /// The same for reasons that differ only in ids, numbers and the like; null on a row of an older version.
    /// </summary>
    public string? Fingerprint { get; init; }

    /// <summary>open, resending, resent or discarded.</summary>
    public string State { get; init; } = "open";

    /// <summary>What an operator sends in place of the payload.</summary>
    public byte[]? Corrected { get; init; }

    /// <summary>
    /// The operator's action that took the row last, when and by whom it was ended, why, and what became of it.
    /// </summary>
    public Guid? ActionId { get; init; }
    public DateTime? HandledAt { get; init; }
    public string? HandledBy { get; init; }
    public string? HandledReason { get; init; }
    public string? Outcome { get; init; }
}
