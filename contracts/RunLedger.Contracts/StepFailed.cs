namespace RunLedger.Contracts;

/// <summary>A component of a run ended badly; a new attempt has an id of its own.</summary>
public sealed record StepFailed : StepObservation;
