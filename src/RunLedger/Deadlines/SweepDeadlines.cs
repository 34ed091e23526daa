using MassTransit;

namespace RunLedger.Deadlines;

/// <summary>Look for what is due; sent to the ledger's control queue by its own schedule.</summary>
[ConfigureConsumeTopology(false)]
[ExcludeFromTopology]
sealed record SweepDeadlines;
