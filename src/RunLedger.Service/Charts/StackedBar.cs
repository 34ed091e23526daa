namespace RunLedger.Service.Charts;

/// <summary>A bar of a chart: the runs of a span of time.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
/// <param name="Name">The span as a table names it.</param>
/// <param name="Outcomes">What became of them.</param>
/// <param name="Note">What is to be known of the figures; null where they are whole.</param>
public sealed record StackedBar(DateTime From, DateTime To, string Name, OutcomeCounts Outcomes, string? Note = null);
