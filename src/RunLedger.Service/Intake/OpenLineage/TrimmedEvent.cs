namespace RunLedger.Service.Intake.OpenLineage;

/// <summary>What is kept of an event.</summary>
/// <param name="Json">Its text.</param>
/// <param name="Dropped">What is not kept of it, or not as it came, in words.</param>
readonly record struct TrimmedEvent(ReadOnlyMemory<byte> Json, IReadOnlyList<string> Dropped);
