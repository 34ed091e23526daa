using System.Globalization;
using Microsoft.EntityFrameworkCore;
using RunLedger.Folding;
using RunLedger.Storage.Rows;
using RunLedger.Unlike;

namespace RunLedger.Service.Runs;

/// <summary>
/// Which runs a list shows; null means any. <c>Since</c> (inclusive) and <c>Until</c> (exclusive) cut on created_at.
/// A filter is a member here, in <see cref="Fingerprint"/> and in <see cref="Where"/>; a parameter of
/// <see cref="RunListQuery"/>; and a field of the page's form. A test names what is missing.
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

    /// <summary>How they are unlike those before them.</summary>
    public UnlikeKind? Unlike { get; init; }

    /// <summary>What the evidence says under version.</summary>
    public string? Version { get; init; }

    /// <summary>Whether runs in the archive are among them.</summary>
    public bool Archived { get; init; }

    /// <summary>The runs that filters apart have, where there are any: found before the rows are asked for.</summary>
    public IReadOnlyList<Guid>? Among { get; init; }

    /// <summary>
    /// Free text: the exact id, key or code where there is one, else a part of a code, key or error text.
    /// </summary>
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
        Unlike?.Text(),
        Version,
        Archived ? "archived" : null,
        Text);

    /// <summary>
    /// The runs of every filter but the statuses and the text, which are asked for in their own way.
    /// </summary>
    /// <param name="runs">Of these.</param>
    /// <param name="parents">Every id of the parent that is asked for.</param>
    public IQueryable<RunRow> Where(IQueryable<RunRow> runs, IReadOnlyList<Guid?> parents)
    {
        if (ParentRunId is not null)
        {
            runs = runs.Where(r => parents.Contains(r.ParentRunId));
        }
        if (Unlike is not null || Version is not null)
        {
            var among = Among ?? [];
            runs = runs.Where(r => among.Contains(r.ProcessRunId));
        }
        if (Unlike == UnlikeKind.Slow)
        {
            // One that has ended since it was marked is not slow.
            runs = runs.Where(r => r.Status != RunStatus.Completed && r.Status != RunStatus.Failed
                && r.Status != RunStatus.Cancelled);
        }
        if (Candidate is { } candidate)
        {
            runs = runs.Where(r => r.ProcessCandidateCode == candidate);
        }
        if (CorrelationId is { } correlation)
        {
            runs = runs.Where(r => r.CorrelationId == correlation);
        }
        if (Source is { } source)
        {
            // A constant, as the status is: the index leaves the many of the usual source out.
            runs = runs.Where(r => r.SourceSystem == EF.Constant(source));
        }
        if (Since is { } since)
        {
            runs = runs.Where(r => r.CreatedAt >= since);
        }
        if (Until is { } until)
        {
            runs = runs.Where(r => r.CreatedAt < until);
        }
        return runs;
    }
}
