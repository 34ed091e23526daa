namespace RunLedger.Expectations;

/// <summary>Where a run belongs.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="NearNext">Whether the run is nearer to the next one.</param>
readonly record struct SlotPlace(DateTime Slot, bool NearNext);
