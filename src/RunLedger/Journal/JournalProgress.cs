namespace RunLedger.Journal;

/// <summary>How far a rebuild is, as its schema keeps it.</summary>
sealed record JournalProgress
{
    /// <summary>The stream it is of.</summary>
    public required string Stream { get; init; }

    /// <summary>The first offset that was there when it began.</summary>
    public required long First { get; init; }

    /// <summary>When that was published, to the second, by the broker's clock.</summary>
    public required DateTime FirstAt { get; init; }

    /// <summary>The last offset that it is to read.</summary>
    public required long Last { get; init; }

    /// <summary>The offset it goes on with: all before it is in the tables.</summary>
    public required long Next { get; init; }

    public long Messages { get; init; }
    public long Observations { get; init; }
    public long Definitions { get; init; }

    /// <summary>Of what is no observation, or none that may enter; a message that cannot be read is one.</summary>
    public long Rejected { get; init; }

    /// <summary>Offsets that the stream does not have.</summary>
    public long Missing { get; init; }

    public bool IsDone { get; init; }
}
