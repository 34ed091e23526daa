using RunLedger.Contracts;

namespace RunLedger.Client;

/// <summary>What may be said of a step when it starts. A blank code counts as not given.</summary>
public sealed record StepDetails
{
    /// <summary>What the step is in its run: one of <see cref="Contracts.ComponentRoles"/>.</summary>
    /// <value>The default is <see cref="Contracts.ComponentRoles.Step"/>.</value>
    public string? Role { get; init; }

    /// <summary>Which attempt at the step; each has a row of its own.</summary>
    /// <value>The default is null: counted by its name within the run, from 1.</value>
    public int? Attempt { get; init; }

    /// <summary>The code of the event that caused it.</summary>
    /// <value>The default is null. Beyond 512 characters it is shortened.</value>
    public string? EventCode { get; init; }

    /// <summary>The job of the queue that ran it.</summary>
    /// <value>The default is null.</value>
    public Guid? QueueJobId { get; init; }

    /// <summary>Names this step once and for ever, whatever its id.</summary>
    /// <value>The default is null. Beyond 512 characters it is shortened.</value>
    public string? IdempotencyKey { get; init; }

    /// <summary>Where the input is: a name or an address, not the data.</summary>
    /// <value>The default is null. Beyond 32,768 characters it is cut.</value>
    public string? InputRef { get; init; }
}
