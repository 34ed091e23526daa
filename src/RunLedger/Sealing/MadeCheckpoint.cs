namespace RunLedger.Sealing;

/// <summary>A checkpoint that was made just now.</summary>
/// <param name="Checkpoint">What it says.</param>
/// <param name="Document">As it is handed out.</param>
/// <param name="Slices">The slices of files that it vouches for.</param>
sealed record MadeCheckpoint(SealedCheckpoint Checkpoint, string Document, IReadOnlyList<SealedSlice> Slices);
