namespace RunLedger.Intake;

/// <summary>
/// Beside a message that was consumed: it was set aside because its run is archived, and not folded. For whoever waits
/// for it in this process.
/// </summary>
sealed record LateObservation(string Reason);
