using RunLedger.Contracts;

namespace RunLedger.Client;

/// <summary>What may be said of a run when it starts. A blank code counts as not given.</summary>
public sealed record RunDetails
{
    /// <summary>
    /// Names this run once and for ever, for example <c>kg/2026-11-23</c>: whoever reports it again, in whatever
    /// process, reports the same run. The ids of the run and its steps are derived from it.
    /// </summary>
    /// <value>The default is null: every start is a new run. Beyond 512 characters it is shortened.</value>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// Which attempt at the run this is: whoever tries again what <see cref="IdempotencyKey"/> or <see cref="RunId"/>
    /// names says the next number. What the greatest attempt comes to is what the run comes to; earlier ones are told
    /// as history.
    /// </summary>
    /// <value>The default is 1, as is anything less.</value>
    public int Attempt { get; init; } = 1;

    /// <summary>
    /// The run's id, where its author has one, such as a job's. The ids of its steps are derived from it.
    /// </summary>
    /// <value>The default is null: derived from <see cref="IdempotencyKey"/>, or a new one.</value>
    public Guid? RunId { get; init; }

    /// <summary>The wire key that all components of a run share, also those that others report.</summary>
    /// <value>
    /// The default is that of the run this one is nested in, or else the run's id. Beyond 512 characters it is
    /// shortened.
    /// </value>
    public string? CorrelationId { get; init; }

    /// <summary>The run this one is nested in.</summary>
    /// <value>The default is the run that is open where this one starts, if any.</value>
    public Guid? ParentRunId { get; init; }

    /// <summary>Which kind of system speaks: one of <see cref="Contracts.SourceSystems"/>.</summary>
    /// <value>The default is <see cref="RunLedgerClientOptions.SourceSystem"/>.</value>
    public string? SourceSystem { get; init; }

    /// <summary>Where the input is: a name or an address, not the data.</summary>
    /// <value>The default is null. Beyond 32,768 characters it is cut.</value>
    public string? InputRef { get; init; }
}
