namespace RunLedger.Cli.Observing;

/// <summary>What the ledger keeps as evidence of an end.</summary>
sealed record EndingEvidence(int ExitCode, string? Signal, bool? TimedOut, IReadOnlyList<string>? Stderr);
