using MassTransit;

namespace RunLedger.Expectations;

/// <summary>Look for slots whose grace is over; sent to the ledger's control queue by its own schedule.</summary>
[ConfigureConsumeTopology(false)]
[ExcludeFromTopology]
sealed record JudgeExpectations;
