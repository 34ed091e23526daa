using System.ComponentModel;

namespace RunLedger.Service.Overview;

/// <summary>A recurring job of the ledger: when it was last due, and when it will be.</summary>
sealed record RecurringFigures
{
    [Description("SweepDeadlines or ApplyRetention.")]
    public required string Name { get; init; }

    [Description("Null when it has not run yet.")]
    public required DateTime? LastAt { get; init; }
    public required DateTime NextAt { get; init; }
    public required double EverySeconds { get; init; }
}
