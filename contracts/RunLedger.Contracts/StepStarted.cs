namespace RunLedger.Contracts;

/// <summary>A component of a run started.</summary>
public sealed record StepStarted : StepObservation;
