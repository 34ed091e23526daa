namespace RunLedger.Service.Channels;

/// <summary>What people are told: the same through every channel, each in its own way.</summary>
sealed record IncidentMessage
{
    /// <summary>opened, changed, recovered or test.</summary>
    public required string Kind { get; init; }
    public required Guid IncidentId { get; init; }

    /// <summary>Null for what the ledger tells of itself.</summary>
    public required string? Rule { get; init; }
    public required string Condition { get; init; }

    /// <summary>Null where it is about the ledger.</summary>
    public required string? Candidate { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }
    public required string Text { get; init; }
    public required IReadOnlyList<MessageGroup> Groups { get; init; }

    /// <summary>An example; null where there is none.</summary>
    public required Guid? RunId { get; init; }
    public required DateTime BeganAt { get; init; }
    public required DateTime? RecoveredAt { get; init; }
    public required DateTime At { get; init; }
}
