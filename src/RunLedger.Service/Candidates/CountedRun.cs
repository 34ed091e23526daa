using RunLedger.Folding;

namespace RunLedger.Service.Candidates;

/// <summary>A run that the figures of a candidate count.</summary>
/// <param name="Id">The run's.</param>
/// <param name="Day">Which day of the window it is of, from 0.</param>
/// <param name="Status">As it is now.</param>
/// <param name="StartedAt">Null where no start was observed.</param>
/// <param name="EndedAt">Null where no end was observed.</param>
/// <param name="CreatedAt">When the ledger first heard of it.</param>
readonly record struct CountedRun(
    Guid Id, int Day, RunStatus Status, DateTime? StartedAt, DateTime? EndedAt, DateTime CreatedAt)
{
    /// <summary>Null where an end is missing, or the clocks of its publishers disagree.</summary>
    public double? Seconds => (EndedAt - StartedAt)?.TotalSeconds is { } took and >= 0 ? took : null;
}
