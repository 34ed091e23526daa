namespace RunLedger.Contracts;

/// <summary>A run exists, or still does: says nothing of its progress.</summary>
public sealed record RunObserved : RunObservation;
