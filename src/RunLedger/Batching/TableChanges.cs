using RunLedger.Storage.Rows;

namespace RunLedger.Batching;

/// <summary>What a batch changes in one of the two tables.</summary>
sealed record TableChanges<TRow>
    where TRow : LedgerRow
{
    /// <summary>Rows that were not there, in id order.</summary>
    public List<TRow> Inserted { get; } = [];

    /// <summary>Rows that were loaded and changed, in id order.</summary>
    public List<TRow> Updated { get; } = [];

    /// <summary>Loaded rows that became part of another.</summary>
    public List<Guid> Removed { get; } = [];

    /// <summary>Ids that lead to another from now on; rows, keys and aliases that name them follow.</summary>
    public List<(Guid Old, Guid New)> Moved { get; } = [];

    /// <summary>Ids that led elsewhere and name their own row again.</summary>
    public List<Guid> Restored { get; } = [];

    /// <summary>Keys given for the first time.</summary>
    public List<(string Key, Guid Id)> Keys { get; } = [];

    /// <summary>How many rows are written or go.</summary>
    public int Rows => Inserted.Count + Updated.Count + Removed.Count;

    public bool Any => Inserted.Count + Updated.Count + Moved.Count + Restored.Count + Keys.Count > 0;
}
