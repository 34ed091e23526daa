namespace RunLedger.Service.Charts;

/// <summary>How long the runs of a span of time took.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
/// <param name="P50">Half of them took at most so many seconds.</param>
/// <param name="P95">Nineteen of twenty did.</param>
public sealed record DurationBand(DateTime From, DateTime To, double P50, double P95);
