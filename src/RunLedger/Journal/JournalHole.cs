namespace RunLedger.Journal;

/// <summary>Offsets between two messages that no message has.</summary>
readonly record struct JournalHole(long From, long To)
{
    /// <summary>How many; none where the two follow one another.</summary>
    public long Offsets => To - From + 1;

    /// <summary>
    /// Whether it is the broker's own note, of who had published what, with which it begins each segment: one offset.
    /// Where messages are lost it is by segments, and more than one.
    /// </summary>
    public bool IsNote => Offsets == 1;

    /// <summary>How many messages are missing.</summary>
    public long Missing => IsNote ? 0 : Offsets;
}
