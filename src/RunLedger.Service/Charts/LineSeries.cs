namespace RunLedger.Service.Charts;

/// <summary>A number over time.</summary>
/// <param name="Name">Whatever it is called.</param>
/// <param name="Points">In order.</param>
public sealed record LineSeries(string Name, IReadOnlyList<(DateTime At, double Value)> Points);
