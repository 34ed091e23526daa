namespace RunLedger.Contracts;

/// <summary>A run started. The earliest start counts; a repeated one moves nothing.</summary>
public sealed record RunStarted : RunObservation;
