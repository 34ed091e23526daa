namespace RunLedger.Service.Overview;

/// <summary>Runs that the ledger first heard of, and that ended, within a minute of its own clock.</summary>
sealed record MinuteFigures(DateTime Minute, long Started, long Finished);
