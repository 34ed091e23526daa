using RunLedger.Runs;

namespace RunLedger.GroupCommit;

/// <summary>What a store found of one table for a batch: the rows, and the aliases and keys that lead to them.</summary>
sealed record Loaded<TRow>(List<TRow> Rows, Dictionary<Guid, Guid> Aliases, Dictionary<string, Guid> Keys)
    where TRow : LedgerRow
{
    public Loaded() : this([], [], [])
    {
    }
}
