namespace RunLedger.Contracts;

/// <summary>A run is alive. Moves no status.</summary>
public sealed record RunHeartbeat : RunObservation;
