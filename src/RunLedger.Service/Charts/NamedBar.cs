namespace RunLedger.Service.Charts;

/// <summary>A number that belongs to a name.</summary>
public sealed record NamedBar(string Name, double Value);
