using MassTransit;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;

namespace RunLedger.Saga;

/// <summary>
/// The saga instance: the header row of a run, and of a step's message the detail row of its component. Each message
/// gets an instance of its own over immutable folds, so that one that fails leaves nothing behind.
/// </summary>
sealed class Run : SagaStateMachineInstance
{
    /// <summary>The run's id in the ledger.</summary>
    public Guid CorrelationId { get; set; }

    /// <summary>The name of the state: the status as the enum spells it.</summary>
    public string? CurrentState { get; set; }

    public LedgerEntry? Header { get; set; }
    public LedgerEntry? Component { get; set; }

    /// <summary>What to tell others once the rows are committed.</summary>
    public List<LedgerNotice> Notices { get; } = [];
}
