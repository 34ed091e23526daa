namespace RunLedger.Deadlines;

/// <summary>A slice of settled runs.</summary>
/// <param name="Open">The components that are still open.</param>
/// <param name="Last">Where the slice ends; null where it is empty.</param>
sealed record SettledRuns(IReadOnlyList<DeadlineReached> Open, SettledPoint? Last);
