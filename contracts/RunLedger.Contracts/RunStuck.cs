namespace RunLedger.Contracts;

/// <summary>A run passed one of its limits without a terminal observation.</summary>
public sealed record RunStuck : LedgerNotice;
