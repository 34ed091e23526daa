using System.ComponentModel;

namespace RunLedger.Service.Overview;

/// <summary>A queue of the ledger as the broker has it.</summary>
sealed record QueueFigures
{
    public required string Name { get; init; }

    [Description("False when the broker has no such queue.")]
    public required bool Exists { get; init; }
    public required long Ready { get; init; }

    [Description("Null unless RabbitMq__Management is set.")]
    public required long? Unacknowledged { get; init; }
    public required long Consumers { get; init; }
}
