namespace RunLedger.Contracts;

/// <summary>A run, or a component of it, has no counterpart after its grace time.</summary>
public sealed record RunOrphaned : LedgerNotice;
