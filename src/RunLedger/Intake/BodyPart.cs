namespace RunLedger.Intake;

/// <summary>What should be one observation of a body.</summary>
/// <param name="Number">Its line, or its place in the array, from 1.</param>
/// <param name="Json">As it was sent.</param>
/// <param name="Fault">Why it is no JSON, where that is known already.</param>
readonly record struct BodyPart(int Number, ReadOnlyMemory<byte> Json, string? Fault = null)
{
    /// <summary>What was left out of it, because the body was too large to be held.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];
}
