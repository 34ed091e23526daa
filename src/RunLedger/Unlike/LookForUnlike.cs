using MassTransit;

namespace RunLedger.Unlike;

/// <summary>
/// Count durations and look for what is slow; sent to the ledger's control queue by its own schedule.
/// </summary>
[ConfigureConsumeTopology(false)]
[ExcludeFromTopology]
sealed record LookForUnlike;
