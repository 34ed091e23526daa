namespace RunLedger.Retention;

/// <summary>
/// How many runs of a status and candidate would leave now, and when the first and last of them were settled.
/// </summary>
sealed record DueRuns(string Status, string Candidate, long Runs, DateTime Oldest, DateTime Newest);
