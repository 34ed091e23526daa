namespace RunLedger.Journal;

/// <summary>How far a rebuild is, as its schema keeps it.</summary>
sealed record JournalProgress
{
    /// <summary>
    /// What retention took last is committed by then, and the time of what is first is known to the second.
    /// </summary>
    static readonly TimeSpan Border = TimeSpan.FromSeconds(10);

    /// <summary>The stream it is of.</summary>
    public required string Stream { get; init; }

    /// <summary>The first offset that was there when it began.</summary>
    public required long First { get; init; }

    /// <summary>When that was published, to the second, by the broker's clock.</summary>
    public required DateTime FirstAt { get; init; }

    /// <summary>What was in the tables before then the log need not know in full.</summary>
    public DateTime CoversFrom => Covers(First, FirstAt);

    /// <summary>The last offset that it is to read.</summary>
    public required long Last { get; init; }

    /// <summary>The offset it goes on with: all before it is in the tables.</summary>
    public required long Next { get; init; }

    public long Messages { get; init; }
    public long Observations { get; init; }
    public long Definitions { get; init; }

    /// <summary>Of what is no observation, or none that may enter; a message that cannot be read is one.</summary>
    public long Rejected { get; init; }

    /// <summary>Offsets that the stream does not have, without its own notes.</summary>
    public long Missing { get; init; }

    public bool IsDone { get; init; }

    /// <summary>From when on a log knows all, if it has an offset first, of a time.</summary>
    public static DateTime Covers(long first, DateTime firstAt) => first == 0 ? firstAt : firstAt + Border;
}
