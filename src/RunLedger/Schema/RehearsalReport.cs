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

    /// <summary>What was looked at, what was seen, and whether it is as it should be; for people.</summary>
    public IEnumerable<(string What, string Seen, bool Good)> Lines =>
    [
        ("scripts run", Text(Scripts), true),
        ("header and detail row written, read back", Failure ?? "both", Failure is null),
        ("triggers on the ledger's tables", Text(Triggers), Triggers.Count == 0),
        .. Guards.Select(guard => ($"guard {guard.Table}", guard.Text, !guard.Changed)),
        ("left after the rollback", Text(Leftovers), Leftovers.Count == 0),
    ];

    static string Text(IReadOnlyList<string> lines) => lines.Count == 0 ? "none" : string.Join('\n', lines);
}
