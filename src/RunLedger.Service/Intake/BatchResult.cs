using System.Text.Json.Serialization;

namespace RunLedger.Service.Intake;

/// <summary>
/// The answer to a batch of OpenLineage events, as its API has it:
/// https://github.com/OpenLineage/OpenLineage/blob/main/spec/OpenLineage.yml
/// </summary>
/// <param name="Status"><c>success</c>, or <c>partial_success</c> where some events failed.</param>
/// <param name="Summary">How many.</param>
/// <param name="FailedEvents">Those that failed.</param>
/// <param name="Dropped">What of the others is not kept, or not as it came.</param>
sealed record BatchResult(
    string Status,
    BatchSummary Summary,
    [property: JsonPropertyName("failed_events")] IReadOnlyList<BatchRemark> FailedEvents,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<BatchRemark>? Dropped = null)
{
    /// <summary>
    /// An event that says nothing of a run was received well. What failed would fail again: while the ledger cannot
    /// take events the whole batch is answered 503.
    /// </summary>
    public static BatchResult Of(IntakeResult result)
    {
        var (good, failed) = (result.Accepted + result.Ignored.Count, result.Rejected.Count);
        return new(
            failed == 0 ? "success" : "partial_success",
            new(good + failed, good, failed, 0, failed),
            [.. result.Rejected.Select(remark => new BatchRemark(remark.Line - 1, remark.Reason, false))],
            result.Dropped?.Select(remark => new BatchRemark(remark.Line - 1, remark.Reason)).ToList());
    }
}
