using MassTransit;

namespace RunLedger.Deadlines;

/// <summary>
/// Asks the machine to look at a run whose deadline was due when the sweep looked. It travels through the ledger's own
/// queue, behind the observations that wait there, so that a backlog flags nobody; the machine decides anew.
/// </summary>
[ConfigureConsumeTopology(false)]
[ExcludeFromTopology]
sealed record DeadlineReached
{
    public required Guid ProcessRunId { get; init; }

    /// <summary>A component that was open after its run had ended; null for the run itself.</summary>
    public Guid? ComponentRunId { get; init; }

    /// <summary>The deadline that was due.</summary>
    public required DateTime DueAt { get; init; }

    /// <summary>Whether the parent the run names was in the ledger; null where it names none.</summary>
    public bool? ParentKnown { get; init; }
}
