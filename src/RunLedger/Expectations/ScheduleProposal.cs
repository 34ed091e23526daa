namespace RunLedger.Expectations;

/// <summary>
/// A schedule that the starts of a candidate seem to keep; nothing is expected before a person says so.
/// </summary>
/// <param name="Cron">When runs start.</param>
/// <param name="Zone">The time zone of that; null is UTC.</param>
/// <param name="Grace">
/// Twice as late as 95 of 100 starts were, at least five minutes where the slots leave them.
/// </param>
/// <param name="Early">Twice as early as 95 of 100 were, at least a minute.</param>
/// <param name="Slots">From the first start to the last.</param>
/// <param name="Filled">Those of them that had a run.</param>
/// <param name="Extra">Runs beyond the first of their slot.</param>
/// <param name="Usual">How far half of the starts were from their slots at most.</param>
/// <param name="Most">How far 95 of 100 were at most.</param>
sealed record ScheduleProposal(
    string Cron,
    string? Zone,
    TimeSpan Grace,
    TimeSpan Early,
    int Slots,
    int Filled,
    int Extra,
    TimeSpan Usual,
    TimeSpan Most);
