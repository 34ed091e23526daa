using System.Globalization;
using RunLedger.Folding;

namespace RunLedger.Service.Runs;

/// <summary>
/// Which runs a list shows; null means any. <c>Since</c> (inclusive) and <c>Until</c> (exclusive) cut on created_at.
/// </summary>
sealed record RunFilter
{
    /// <summary>Distinct, in the order of the enum; empty means any.</summary>
    public IReadOnlyList<RunStatus> Statuses { get; init; } = [];
    public string? Candidate { get; init; }
    public string? CorrelationId { get; init; }
    public string? Source { get; init; }
    public Guid? ParentRunId { get; init; }
    public DateTime? Since { get; init; }
    public DateTime? Until { get; init; }

    /// <summary>Free text: the exact id, key or code where there is one, else a part of a code, key or error text.</summary>
    public string? Text { get; init; }

    /// <summary>
    /// The same text for the same filters, so that a cursor can tell whether it is asked to go on elsewhere.
    /// </summary>
    public string Fingerprint => string.Join(
        '\n',
        string.Join(',', Statuses.Select(status => status.Text())),
        Candidate,
        CorrelationId,
        Source,
        ParentRunId,
        Since?.ToString("O", CultureInfo.InvariantCulture),
        Until?.ToString("O", CultureInfo.InvariantCulture),
        Text);
}
