namespace RunLedger.Schema;

/// <summary>What a rehearsal saw.</summary>
/// <param name="Scripts">The scripts that ran: those that <c>schema apply</c> would run.</param>
/// <param name="Failure">Why a script, or the test rows, failed; null when they did not.</param>
/// <param name="Triggers">Triggers and rules on the ledger's tables, by their definition. There must be none.</param>
/// <param name="Guards">The guarded tables before and after.</param>
/// <param name="Leftovers">What the rollback left behind. There must be nothing.</param>
sealed record RehearsalReport(
    IReadOnlyList<string> Scripts,
    string? Failure,
    IReadOnlyList<string> Triggers,
    IReadOnlyList<GuardCount> Guards,
    IReadOnlyList<string> Leftovers)
{
    public bool Passed =>
        Failure is null && Triggers.Count == 0 && Leftovers.Count == 0 && !Guards.Any(guard => guard.Changed);
}
