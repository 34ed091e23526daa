namespace RunLedger.Journal;

/// <summary>The first and the last offset that a stream had when it was asked.</summary>
readonly record struct JournalEnds(long First, long Last);
