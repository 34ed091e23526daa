namespace RunLedger.Contracts;

/// <summary>A run that was expected had not started when its grace was over.</summary>
public sealed record RunMissed : ExpectationNotice;
