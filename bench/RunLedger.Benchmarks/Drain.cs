namespace RunLedger.Benchmarks;

/// <summary>A queue that was drained.</summary>
/// <param name="Rate">Messages per second.</param>
/// <param name="Costs">A message, from the first to the last.</param>
sealed record Drain(double Rate, Costs Costs);
