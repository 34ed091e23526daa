namespace RunLedger.Journal;

/// <summary>What a stream had when it was asked.</summary>
/// <param name="First">Its first message.</param>
/// <param name="Last">The offset of its last.</param>
readonly record struct JournalEnds(JournalMessage First, long Last);
