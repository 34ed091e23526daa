namespace RunLedger.Schema;

/// <summary>A table that the ledger must not touch, before and after the rehearsal.</summary>
/// <param name="Table">Schema and table, quoted as SQL wants them.</param>
sealed record GuardCount(string Table, GuardReading Before, GuardReading After)
{
    public bool Changed => Before != After;

    public string Text => this switch
    {
        { Changed: false } => $"{Before.Rows} rows before and after",
        _ when Before.Rows == After.Rows => $"{Before.Rows} rows before and after, but some were written",
        _ => $"{Before.Rows} rows before, {After.Rows} after",
    };
}
