using RunLedger.Storage.Rows;

namespace RunLedger.Batching;

/// <summary>
/// What a store found of one table for a batch: the rows, and the aliases and keys that lead to them.
/// </summary>
sealed record LoadedRows<TRow>
    where TRow : LedgerRow
{
    public List<TRow> Rows { get; } = [];
    public Dictionary<Guid, Guid> Aliases { get; } = [];
    public Dictionary<string, Guid> Keys { get; } = [];

    /// <summary>Rows that are in the archive, with their runs.</summary>
    public Dictionary<Guid, Guid> Archived { get; } = [];

    public void Clear()
    {
        Rows.Clear();
        Aliases.Clear();
        Keys.Clear();
        Archived.Clear();
    }
}
