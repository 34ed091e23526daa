using RunLedger.Folding;

namespace RunLedger.Service.Database;

/// <summary>
/// A row of <c>run_status_count</c>. Each writer counts on its own: only the sum over writers says something.
/// </summary>
sealed record RunStatusCount(short Writer, RunStatus Status, long Runs);
