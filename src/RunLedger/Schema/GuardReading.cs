namespace RunLedger.Schema;

/// <summary>The rows of a guarded table, and what this session wrote to it: an update keeps the count.</summary>
readonly record struct GuardReading(long Rows, long Writes);
