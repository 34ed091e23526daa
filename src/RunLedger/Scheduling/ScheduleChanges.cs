using RunLedger.Storage.Rows;

namespace RunLedger.Scheduling;

/// <summary>What is stored in one transaction; no token is in it twice.</summary>
sealed record ScheduleChanges(
    IReadOnlyCollection<ScheduledRow> Rows,
    IReadOnlyCollection<ScheduleCancellation> Cancelled,
    IReadOnlyCollection<SchedulePause> Paused);
