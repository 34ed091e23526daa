namespace RunLedger.Schema;

/// <summary>A table that the ledger must not touch, before and after the rehearsal.</summary>
/// <param name="Table">Schema and table, quoted as SQL wants them.</param>
sealed record GuardCount(string Table, GuardReading Before, GuardReading After)
{
    public bool Changed => Before != After;
}
