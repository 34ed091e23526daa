namespace RunLedger.Contracts;

/// <summary>A run ended well.</summary>
public sealed record RunCompleted : RunObservation;
