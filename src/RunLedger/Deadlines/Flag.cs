namespace RunLedger.Deadlines;

/// <summary>
/// Something the ledger inferred of a row by its own clock: that a run is stuck, that a row is an orphan. Open until
/// something shows otherwise; kept as evidence after that.
/// </summary>
/// <param name="Kind">Which.</param>
/// <param name="Limit">Of <see cref="FlagKind.Stuck"/> the limit that was passed; of an orphan what is missing.</param>
/// <param name="Value">The limit's value when it was passed.</param>
/// <param name="LastObservedAt">The greatest time of any observation by then; the publisher's clock.</param>
/// <param name="FlaggedAt">When; the ledger's clock.</param>
/// <param name="RecoveredAt">When something showed otherwise; the ledger's clock.</param>
/// <param name="RecoveredBy">What did: a contract, or the counterpart.</param>
sealed record Flag(
    FlagKind Kind,
    string Limit,
    TimeSpan Value,
    DateTime LastObservedAt,
    DateTime FlaggedAt,
    DateTime? RecoveredAt = null,
    string? RecoveredBy = null)
{
    public bool IsOpen => RecoveredAt is null;
}
