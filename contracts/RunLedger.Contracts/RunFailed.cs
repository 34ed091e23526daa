namespace RunLedger.Contracts;

/// <summary>A run ended badly.</summary>
public sealed record RunFailed : RunObservation;
