namespace RunLedger.Scheduling;

/// <summary>What a dispatcher can send.</summary>
/// <param name="Recurring">The tokens of the recurring messages this process can make; others are left alone.</param>
/// <param name="Waiting">Runs, and tokens of messages without a run, that are to be left alone for now.</param>
sealed record ClaimFilter(Guid[] Recurring, Guid[] Waiting);
