using RunLedger.Contracts;
using RunLedger.Folding;

namespace RunLedger.Deadlines;

/// <summary>What the ledger tells others of a run, in words an operator understands.</summary>
static class Notices
{
    public static RunStuck Stuck(Fold run, Flag flag) => new()
    {
        ProcessRunId = run.Id,
        ProcessCandidateCode = run.Identities.First.Of,
        CorrelationId = run.Identities.First.Correlation,
        SourceSystem = run.Identities.First.Source,
        OccurredAt = flag.FlaggedAt,
        LastObservedAt = flag.LastObservedAt,
        Reason = Limit.Find(flag.Limit)!.NoticeOf(flag.Value),
    };

    public static RunOrphaned Orphaned(Fold run, Flag flag, Guid? component = null) => new()
    {
        ProcessRunId = run.Id,
        ProcessCandidateCode = run.Identities.First.Of,
        CorrelationId = run.Identities.First.Correlation,
        SourceSystem = run.Identities.First.Source,
        OccurredAt = flag.FlaggedAt,
        LastObservedAt = flag.LastObservedAt,
        Reason = Limit.Find(flag.Limit)!.NoticeOf(
            flag.Value, component ?? FoldColumns.Id(run, RegisterColumn.ParentRunId)),
    };

    public static RunRecovered Recovered(Fold run, DateTime at, string by) => new()
    {
        ProcessRunId = run.Id,
        ProcessCandidateCode = run.Identities.First.Of,
        CorrelationId = run.Identities.First.Correlation,
        SourceSystem = run.Identities.First.Source,
        OccurredAt = at,
        LastObservedAt = LedgerTime.Time(run.LastAt),
        Reason = by == "parent" ? "Its parent was observed." : $"{by} was received.",
    };
}
