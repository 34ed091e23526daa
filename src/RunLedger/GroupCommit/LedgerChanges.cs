using RunLedger.Contracts;
using RunLedger.Runs;

namespace RunLedger.GroupCommit;

/// <summary>All that one commit writes.</summary>
sealed record LedgerChanges(
    TableChanges<RunRow> Runs, TableChanges<ComponentRow> Components, List<RejectedRow> Rejected)
{
    /// <summary>By how much the number of runs of each status changes.</summary>
    public SortedDictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>What to tell others once this is committed, in order.</summary>
    public List<LedgerNotice> Notices { get; } = [];

    public bool Any => Runs.Any || Components.Any || Rejected.Count > 0;

    public void Count(RunStatus status, int by)
    {
        var text = status.Text();
        Counts[text] = Counts.GetValueOrDefault(text) + by;
    }
}
