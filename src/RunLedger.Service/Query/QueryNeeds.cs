namespace RunLedger.Service.Query;

/// <summary>
/// What the process says of a statement before it has rows: why it is refused, or which columns of which views it
/// reads.
/// </summary>
sealed record QueryNeeds(string? Refusal, IReadOnlyDictionary<string, string[]> Columns);
