using RunLedger.Contracts;

namespace RunLedger.Folding;

/// <summary>A message the door let in: what the fold works on.</summary>
/// <param name="Message">The message as it is kept.</param>
/// <param name="Key">Its place among all observations; its time is UTC and cut to microseconds.</param>
/// <param name="Evidence">Its evidence as canonical JSON, or null.</param>
sealed record Observation(RunObservation Message, OrderKey Key, string? Evidence)
{
    /// <summary>What could not be kept of it, or not as it came; its evidence says so too.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    public Contract Contract => Key.Contract;
}
