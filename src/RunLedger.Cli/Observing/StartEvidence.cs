namespace RunLedger.Cli.Observing;

/// <summary>
/// What the ledger keeps as evidence of a start. The arguments are not in it: passwords are.
/// </summary>
sealed record StartEvidence(string Command, string Host, string Directory, int? Pid);
