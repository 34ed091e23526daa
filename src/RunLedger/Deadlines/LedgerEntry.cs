using RunLedger.Folding;

namespace RunLedger.Deadlines;

/// <summary>
/// A row as the ledger works on it: what its observations say, and beside that what the ledger keeps by its own clock.
/// </summary>
/// <param name="Fold">What is known of the row.</param>
/// <param name="Deadlines">What was inferred of it; null until the ledger has looked.</param>
sealed record LedgerEntry(Fold Fold, DeadlineState? Deadlines = null)
{
    /// <summary>An entry at which the ledger has not looked.</summary>
    public static implicit operator LedgerEntry(Fold fold) => new(fold);

    public static LedgerEntry Merge(LedgerEntry a, LedgerEntry b) =>
        new(Fold.Merge(a.Fold, b.Fold), DeadlineState.Merge(a.Deadlines, b.Deadlines));

    /// <summary>With one more observation; null is a row that is new.</summary>
    public static LedgerEntry With(LedgerEntry? known, Fold observed) =>
        known is null ? observed : known with { Fold = Fold.Merge(known.Fold, observed) };

    /// <summary>A header's status: an end, else what the ledger inferred, else what was observed.</summary>
    public RunStatus RunStatus =>
        !Fold.Endings.IsEmpty ? Fold.Endings.First.Status
        : Deadlines?.Open(FlagKind.Stuck) is not null ? RunStatus.Stuck
        : Deadlines?.Open(FlagKind.Orphan) is not null ? RunStatus.Orphan
        : RunProjection.Observed(Fold);

    /// <summary>A component's status: an end, else what the ledger inferred, else what was observed.</summary>
    public RunStatus ComponentStatus =>
        !Fold.Endings.IsEmpty ? Fold.Endings.First.Status
        : Deadlines?.Open(FlagKind.Orphan) is not null ? RunStatus.Orphan
        : ComponentProjection.Observed(Fold);
}
