using System.ComponentModel;
using RunLedger.Retention;

namespace RunLedger.Service.Policies;

/// <summary>What would leave the ledger's tables.</summary>
sealed record RetentionPreview(
    [property: Description("By status and candidate; empty when nothing is over.")]
    IReadOnlyList<RetentionPreviewItem> Items,
    [property: Description("Their sum.")] long Runs,
    [property: Description("The time it was asked for, by the ledger's clock.")] DateTime At,
    [property: Description("Why nothing leaves, as the process that answers last found; null while all is well.")]
    string? Fault)
{
    public static RetentionPreview From(
        IReadOnlyList<DueRuns> due, RetentionPeriods periods, DateTime now, string? fault) =>
        new(
            [.. due.Select(one => new RetentionPreviewItem(
                one.Status,
                one.Candidate,
                periods.Of(one.Candidate, one.Status)!.Value,
                one.Runs,
                one.Oldest,
                one.Newest))],
            due.Sum(one => one.Runs),
            now,
            fault);
}

/// <summary>Runs of one status and candidate whose time is over.</summary>
sealed record RetentionPreviewItem(
    string Status,
    string ProcessCandidateCode,
    [property: Description("How long such runs stay after they were settled, as d.hh:mm:ss.")] TimeSpan Period,
    long Runs,
    [property: Description("When the first of them ended or was flagged, by the ledger's clock.")]
    DateTime SettledFirst,
    DateTime SettledLast);
