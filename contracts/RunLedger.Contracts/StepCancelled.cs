namespace RunLedger.Contracts;

/// <summary>
/// A component of a run was given up, or a later attempt took its place: it is over, and did not fail. What the
/// component itself reports, <see cref="StepCompleted"/> or <see cref="StepFailed"/>, counts before it, whenever that
/// was.
/// </summary>
public sealed record StepCancelled : StepObservation;
