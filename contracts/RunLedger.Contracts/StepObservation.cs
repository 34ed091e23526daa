namespace RunLedger.Contracts;

/// <summary>
/// One thing observed of a component of a run. Its key, references and evidence are the component's; its candidate,
/// correlation, source and parent are the run's, so that it can open a run the ledger has not heard of.
/// </summary>
public abstract record StepObservation : RunObservation
{
    /// <summary>This attempt of this component: a step tried again has a new id. Never the empty GUID.</summary>
    public required Guid ComponentRunId { get; init; }

    /// <summary>The code of what ran, for example <c>dot_kg_check</c>.</summary>
    public string? DotCode { get; init; }

    /// <summary>What the component is in its run: one of <see cref="ComponentRoles"/>.</summary>
    public string? ComponentRole { get; init; }

    /// <summary>The code of the event that caused it.</summary>
    public string? EventCode { get; init; }

    /// <summary>The job of the queue that ran it.</summary>
    public Guid? QueueJobId { get; init; }
}
