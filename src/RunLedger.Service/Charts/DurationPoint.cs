namespace RunLedger.Service.Charts;

/// <summary>How long one run took.</summary>
/// <param name="At">When it started.</param>
/// <param name="Seconds">From its start to its end.</param>
/// <param name="Outcome">completed, failed or cancelled.</param>
public sealed record DurationPoint(DateTime At, double Seconds, string Outcome);
