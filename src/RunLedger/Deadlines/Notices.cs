using System.Globalization;
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
        Reason = flag.Limit switch
        {
            Limit.Start => $"It was observed and has not started within {Text(flag.Value)}.",
            Limit.Run => $"It started and has not ended within {Text(flag.Value)}.",
            _ => $"Nothing was heard of it for {Text(flag.Value)}.",
        },
    };

    public static RunOrphaned Orphaned(Fold run, Flag flag, Guid? component = null) => new()
    {
        ProcessRunId = run.Id,
        ProcessCandidateCode = run.Identities.First.Of,
        CorrelationId = run.Identities.First.Correlation,
        SourceSystem = run.Identities.First.Source,
        OccurredAt = flag.FlaggedAt,
        LastObservedAt = flag.LastObservedAt,
        Reason = flag.Limit switch
        {
            Limit.NoRun => $"Only its components were observed, for {Text(flag.Value)}.",
            Limit.NoParent => $"Its parent {FoldColumns.Id(run, RegisterColumn.ParentRunId)} was not observed within {Text(flag.Value)}.",
            _ => $"Its component {component} is still open {Text(flag.Value)} after the run ended.",
        },
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

    static string Text(TimeSpan value) => value.ToString("c", CultureInfo.InvariantCulture);
}
