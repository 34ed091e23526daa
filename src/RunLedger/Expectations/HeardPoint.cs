namespace RunLedger.Expectations;

/// <summary>A run in the order in which the ledger heard of them.</summary>
readonly record struct HeardPoint(DateTime At, Guid Run);
