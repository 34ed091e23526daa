namespace RunLedger.Contracts;

/// <summary>A component of a run ended well.</summary>
public sealed record StepCompleted : StepObservation;
