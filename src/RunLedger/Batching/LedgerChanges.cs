using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Batching;

/// <summary>All that one commit writes.</summary>
sealed record LedgerChanges(
    TableChanges<RunRow> Runs, TableChanges<ComponentRow> Components, List<RejectedRow> Rejected)
{
    /// <summary>By how much the number of runs of each status changes.</summary>
    public SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Messages that go out after the commit, because of it; no token twice.</summary>
    public List<ScheduledRow> Outbox { get; } = [];

    /// <summary>
    /// Of the observations that changed a row the first 128 bits of their hashes; only where commits are sealed.
    /// </summary>
    public List<UInt128> Taken { get; } = [];

    /// <summary>How many rows of the two tables are written or go.</summary>
    public int Rows => Runs.Rows + Components.Rows;

    public bool Any => Runs.Any || Components.Any || Rejected.Count + Outbox.Count > 0;

    public void Count(RunStatus status, int by)
    {
        var text = status.Text();
        Counts[text] = Counts.GetValueOrDefault(text) + by;
    }
}
