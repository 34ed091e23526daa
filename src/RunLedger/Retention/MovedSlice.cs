using RunLedger.Deadlines;

namespace RunLedger.Retention;

/// <summary>What became of a slice.</summary>
/// <param name="Last">Where the next one goes on; null where there was nothing more to look at.</param>
/// <param name="Runs">How many left.</param>
/// <param name="Components">How many of theirs did.</param>
sealed record MovedSlice(SettledPoint? Last, int Runs, int Components);
