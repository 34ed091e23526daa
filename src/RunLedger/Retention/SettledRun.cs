namespace RunLedger.Retention;

/// <summary>What decides whether a run's time is over.</summary>
readonly record struct SettledRun(Guid Id, string Status, string Candidate, DateTime SettledAt);
