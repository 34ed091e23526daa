namespace RunLedger.Contracts;

/// <summary>A run that was stuck or an orphan showed life, or found its counterpart.</summary>
public sealed record RunRecovered : LedgerNotice;
