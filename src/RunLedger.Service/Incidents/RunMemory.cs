namespace RunLedger.Service.Incidents;

/// <summary>What a rule remembers of the runs of a candidate that ended: no more than its condition asks.</summary>
sealed record RunMemory
{
    const char Failure = '-';
    const char Success = '+';

    /// <summary>A time is so many pieces: runs leave it a piece at a time.</summary>
    const int Pieces = 60;

    /// <summary>Fewer runs within a time have no rate.</summary>
    public const int FewestWithin = 5;

    /// <summary>Longer than what is yearly takes to come again.</summary>
    static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    public static readonly RunMemory None = new();

    /// <summary>When the last of them ended; null where nobody wrote it down.</summary>
    public DateTime? At { get; init; }

    /// <summary>How many failed since the last that completed.</summary>
    public int Streak { get; init; }

    /// <summary>The last ones, the newest last.</summary>
    public string Last { get; init; } = "";

    /// <summary>By the number of the piece since 1970 how many ended, and how many of them failed.</summary>
    public IReadOnlyDictionary<long, int[]> Within { get; init; } = new Dictionary<long, int[]>();

    public bool IsEmpty => Streak == 0 && Last.Length == 0 && Within.Count == 0;

    public RunMemory With(IncidentRule rule, bool failed, DateTime at)
    {
        if (rule.Condition != Conditions.Rate)
            return this with { At = at, Streak = failed ? Streak + 1 : 0 };
        if (rule.Window is not { } window)
        {
            var last = Last + (failed ? Failure : Success);
            return this with { At = at, Last = last.Length > rule.Runs ? last[^rule.Runs.Value..] : last };
        }

        var pieces = Fresh(window, at);
        var piece = Piece(window, at);
        var known = pieces.GetValueOrDefault(piece) ?? [0, 0];
        pieces[piece] = [known[0] + 1, known[1] + (failed ? 1 : 0)];
        return this with { At = at, Within = pieces };
    }

    /// <summary>
    /// How many ended, and how many failed, of what the rule's rate is of; null where they are too few.
    /// </summary>
    public (int Ended, int Failed)? Rate(IncidentRule rule, DateTime now)
    {
        if (rule.Window is not { } window)
            return Last.Length < rule.Runs ? null : (Last.Length, Last.Count(outcome => outcome == Failure));
        var pieces = Fresh(window, now).Values;
        var ended = pieces.Sum(piece => piece[0]);
        return ended < FewestWithin ? null : (ended, pieces.Sum(piece => piece[1]));
    }

    /// <summary>Whether it says nothing any more: it left the rule's time, or nothing was heard of for long.</summary>
    public bool IsOld(IncidentRule rule, DateTime now) =>
        rule is { Condition: Conditions.Rate, Window: { } window }
            ? Within.Keys.All(piece => piece <= Piece(window, now) - Pieces)
            : At < now - Kept;

    Dictionary<long, int[]> Fresh(TimeSpan window, DateTime at)
    {
        var newest = Piece(window, at);
        return Within.Where(piece => piece.Key > newest - Pieces && piece.Key <= newest).ToDictionary();
    }

    static long Piece(TimeSpan window, DateTime at) => (at - DateTime.UnixEpoch).Ticks / (window.Ticks / Pieces);
}
