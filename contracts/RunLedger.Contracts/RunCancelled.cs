namespace RunLedger.Contracts;

/// <summary>A run was ended by somebody before it was done.</summary>
public sealed record RunCancelled : RunObservation;
