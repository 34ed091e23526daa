namespace RunLedger.Service.Incidents;

/// <summary>What became of a rule that was put.</summary>
/// <param name="Created">Whether it is new.</param>
/// <param name="Other">The one that says the same, so that it was not taken; null where it was.</param>
/// <param name="Unknown">Channels that are not there, so that it was not taken.</param>
/// <param name="TooMany">Whether there are as many as a ledger keeps, so that it was not taken.</param>
sealed record RuleOutcome(bool Created, string? Other, IReadOnlyList<string> Unknown, bool TooMany = false);
