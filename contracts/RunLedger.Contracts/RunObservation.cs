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

    /// <summary>
    /// Which attempt at the run this is of, from 1; null is 1, as is less than that. Of starts and ends only those of
    /// the greatest attempt that any observation names count: a greater one opens a run again that had ended. On a step
    /// it is the run's attempt too; an attempt at the step has an id of its own.
    /// </summary>
    public int? Attempt { get; init; }

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
