namespace RunLedger.Sealing;

/// <summary>What seals the commits of this process.</summary>
/// <param name="Seals">Null where nothing is sealed.</param>
sealed record CommitSealing(CommitSeals? Seals);
