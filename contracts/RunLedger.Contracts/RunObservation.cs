using System.Text.Json;

namespace RunLedger.Contracts;

/// <summary>
/// One thing observed of a run. Observations may be repeated, delayed and reordered: the ledger's rows depend on the
/// set of them only. Any of them may be the first the ledger hears of its run.
/// </summary>
public abstract record RunObservation : IRunMessage
{
    /// <inheritdoc/>
    public required Guid ProcessRunId { get; init; }

    /// <inheritdoc/>
    public required string ProcessCandidateCode { get; init; }

    /// <inheritdoc/>
    public required string CorrelationId { get; init; }

    /// <inheritdoc/>
    public required string SourceSystem { get; init; }

    /// <inheritdoc/>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The run this run is nested in, as its author knows it; it may be unknown to the ledger still.</summary>
    public Guid? ParentRunId { get; init; }

    /// <summary>
    /// Names what is observed (the run, or the component where a step is observed) once and for ever: observations
    /// with one key are about one run or one component, whatever ids they carry.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Where the input is: a name or an address, not the data. At most 32,768 characters.</summary>
    public string? InputRef { get; init; }

    /// <summary>Where the output is; counts on a terminal observation only. At most 32,768 characters.</summary>
    public string? OutputRef { get; init; }

    /// <summary>
    /// What went wrong, or where that is told; counts on a terminal observation only. At most 32,768 characters.
    /// </summary>
    public string? ErrorRef { get; init; }

    /// <summary>Any JSON worth keeping as evidence, by default at most 256 KB.</summary>
    public JsonElement? EvidenceRef { get; init; }
}
