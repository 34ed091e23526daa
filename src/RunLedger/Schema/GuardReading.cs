namespace RunLedger.Schema;

/// <summary>The rows of a guarded table, and the inserts, updates and deletes of this session: an update keeps the count.</summary>
readonly record struct GuardReading(long Rows, long Writes);
