namespace RunLedger.Service.Expectations;

/// <summary>What became of an expectation that was put.</summary>
/// <param name="Created">Whether it is new.</param>
/// <param name="Other">The one that is for the same candidates, so that it was not taken; null where it was.</param>
sealed record ExpectationOutcome(bool Created, string? Other);
