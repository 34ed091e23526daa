namespace RunLedger.Service.Expectations;

/// <summary>What became of an expectation that was put.</summary>
/// <param name="Created">Whether it is new.</param>
/// <param name="Other">The one that is for the same candidates, so that it was not taken; null where it was.</param>
/// <param name="TooMany">Whether there are as many as a ledger keeps, so that it was not taken.</param>
sealed record ExpectationOutcome(bool Created, string? Other, bool TooMany = false);
