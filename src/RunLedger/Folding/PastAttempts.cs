namespace RunLedger.Folding;

/// <summary>
/// The attempts before the one that counts, the greatest first, and of them the greatest 32. Merging bounded lists
/// gives what bounding the merged list gives: an attempt cut off has 32 greater ones before it, and they travel along.
/// </summary>
sealed class PastAttempts
{
    public const int Most = 32;

    /// <summary>History is for a person to read: a whole reference may have 32,768 characters.</summary>
    const int MostCharacters = 1_024;

    public static readonly PastAttempts None = new([], more: false);

    readonly PastAttempt[] _members;

    public PastAttempts(PastAttempt[] members, bool more) => (_members, More) = (members, more);

    public ReadOnlySpan<PastAttempt> Members => _members;

    /// <summary>Whether there were more than <see cref="Most"/>.</summary>
    public bool More { get; }

    /// <summary>
    /// A row whose attempt is not the greatest any more; one that was only announced leaves nothing.
    /// </summary>
    public static PastAttempts Of(Fold fold) =>
        fold.FirstAt == long.MaxValue
            ? None
            : new(
                [
                    new PastAttempt(
                        fold.Attempt,
                        fold.FirstAt,
                        fold.StartedAt,
                        fold.Endings.IsEmpty ? null : fold.Endings.First,
                        fold.Endings.IsEmpty || fold.Endings.Losers.IsEmpty ? null : fold.Endings.Losers[0],
                        Cut(fold.OutputRef),
                        Cut(fold.ErrorRef)),
                ],
                more: false);

    public static PastAttempts Merge(PastAttempts a, PastAttempts b)
    {
        if (b._members.Length == 0)
            return a;
        if (a._members.Length == 0)
            return b;
        var all = new SortedDictionary<int, PastAttempt>();
        foreach (var member in a._members)
            all[-member.Number] = member;
        foreach (var member in b._members)
        {
            all[-member.Number] = all.TryGetValue(-member.Number, out var known)
                ? PastAttempt.Merge(known, member)
                : member;
        }

        return new([.. all.Values.Take(Most)], a.More || b.More || all.Count > Most);
    }

    /// <summary>Whether both say the same.</summary>
    public bool Equal(PastAttempts other)
    {
        if (More != other.More || _members.Length != other._members.Length)
            return false;
        for (var i = 0; i < _members.Length; i++)
        {
            if (!_members[i].SameAs(other._members[i]))
                return false;
        }

        return true;
    }

    // Not between the halves of a pair, which would be no text.
    static string? Cut(string? text) =>
        text is not { Length: > MostCharacters } ? text
        : string.Concat(
            text.AsSpan(0, MostCharacters - (char.IsHighSurrogate(text[MostCharacters - 2]) ? 2 : 1)), "…");
}
