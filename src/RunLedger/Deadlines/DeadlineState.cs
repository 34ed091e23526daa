using RunLedger.Folding;

namespace RunLedger.Deadlines;

/// <summary>
/// What the ledger keeps of a row by its own clock: deadlines, and what it inferred when they passed. Beside the fold,
/// not part of it: it depends on when messages came, and no terminal observation is ever overruled by it.
/// </summary>
sealed record DeadlineState
{
    /// <summary>Flags beyond these are forgotten, the oldest first.</summary>
    public const int MaxFlags = 8;

    /// <summary>When the ledger first heard of the row.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>
    /// When <see cref="Fold.LastAt"/> last grew: the ledger's own time of the last sign of life; null before one.
    /// </summary>
    public DateTime? LiveAt { get; init; }

    /// <summary>When to look at the row again; null for never.</summary>
    public DateTime? DeadlineAt { get; init; }

    /// <summary>
    /// Since when the row is as it will be, unless something is still heard of it: ended, or flagged.
    /// </summary>
    public DateTime? SettledAt { get; init; }

    /// <summary>By time.</summary>
    public IReadOnlyList<Flag> Flags { get; init; } = [];

    public bool IsFlagged => Flags.Any(flag => flag.IsOpen);

    /// <summary>The open flag of a kind, and of a limit where one is named; or null.</summary>
    public Flag? Open(FlagKind kind, string? limit = null)
    {
        for (var at = Flags.Count - 1; at >= 0; at--)
        {
            if (Flags[at] is { IsOpen: true } flag && flag.Kind == kind && (limit ?? flag.Limit) == flag.Limit)
                return flag;
        }

        return null;
    }

    public DeadlineState With(Flag flag) => this with { Flags = [.. Flags.TakeLast(MaxFlags - 1), flag] };

    /// <summary>Closes what is open of a kind, and of a limit where one is named.</summary>
    public DeadlineState Recovered(FlagKind kind, DateTime at, string by, string? limit = null) =>
        Open(kind, limit) is null
            ? this
            : this with
            {
                Flags =
                [
                    .. Flags.Select(flag => flag.Kind == kind && flag.IsOpen && (limit ?? flag.Limit) == flag.Limit
                        ? flag with { RecoveredAt = at, RecoveredBy = by }
                        : flag),
                ],
            };

    public static DeadlineState? Merge(DeadlineState? a, DeadlineState? b)
    {
        if (a is null || b is null || ReferenceEquals(a, b))
            return a ?? b;
        return new DeadlineState
        {
            CreatedAt = a.CreatedAt < b.CreatedAt ? a.CreatedAt : b.CreatedAt,
            LiveAt = a.LiveAt is null || b.LiveAt > a.LiveAt ? b.LiveAt : a.LiveAt,
            DeadlineAt = Earlier(a.DeadlineAt, b.DeadlineAt),
            SettledAt = Earlier(a.SettledAt, b.SettledAt),
            Flags =
            [
                .. a.Flags.Concat(b.Flags)
                    .DistinctBy(flag => (flag.Kind, flag.FlaggedAt))
                    .OrderBy(flag => flag.FlaggedAt)
                    .ThenBy(flag => flag.Kind)
                    .TakeLast(MaxFlags),
            ],
        };
    }

    public static DateTime? Earlier(DateTime? a, DateTime? b) => a is null || b < a ? b ?? a : a;
}
