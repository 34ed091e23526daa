using System.ComponentModel;
using RunLedger.Retention;

namespace RunLedger.Service.Policies;

/// <summary>What would leave the ledger's tables.</summary>
sealed record RetentionPreview(
    [property: Description("By status and candidate; empty when nothing is over.")] IReadOnlyList<RetentionPreviewItem> Items,
    [property: Description("Their sum.")] long Runs,
    [property: Description("The time it was asked for, by the ledger's clock.")] DateTime At,
    [property: Description("Why nothing leaves, as the process that answers last found; null while all is well.")] string? Fault)
{
    public static RetentionPreview Of(IReadOnlyList<DueRuns> due, RetentionPeriods periods, DateTime now, string? fault) => new(
        [.. due.Select(one => new RetentionPreviewItem(
            one.Status, one.Candidate, periods.Of(one.Candidate, one.Status)!.Value, one.Runs, one.Oldest, one.Newest))],
        due.Sum(one => one.Runs),
        now,
        fault);
}
