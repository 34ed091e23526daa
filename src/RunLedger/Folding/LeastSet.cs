namespace RunLedger.Folding;

/// <summary>
/// The least members of a set, in order: one that counts and 32 that lost. Merging bounded sets gives what bounding the
/// merged set gives: a member cut off has 33 lesser ones before it, and they travel along.
/// </summary>
sealed class LeastSet<T>
    where T : struct, ILeast<T>
{
    public const int MaxLosers = 32;
    public static readonly LeastSet<T> Empty = new([], more: false);

    readonly T[] _members;

    public LeastSet(T[] members, bool more)
    {
        _members = members;
        More = more;
    }

    public LeastSet(T member) : this([member], more: false)
    {
    }

    public bool IsEmpty => _members.Length == 0;
    public T First => _members[0];
    public ReadOnlySpan<T> Members => _members;
    public ReadOnlySpan<T> Losers => _members.AsSpan(1);

    /// <summary>Whether more than <see cref="MaxLosers"/> lost.</summary>
    public bool More { get; }

    /// <summary>Whether both have the same members, by the same sources.</summary>
    public bool Equal(LeastSet<T> other) => More == other.More && Members.SequenceEqual(other.Members);

    public static LeastSet<T> Merge(LeastSet<T> a, LeastSet<T> b)
    {
        if (b.IsEmpty)
            return a;
        if (a.IsEmpty)
            return b;
        if (a._members.Length == 1 && b._members.Length == 1 && a.First.SameAs(b.First))
            return a.First.CompareTo(b.First) <= 0 ? a : b;

        var all = new List<T>(a._members.Length + b._members.Length);
        all.AddRange(a._members);
        all.AddRange(b._members);
        all.Sort();
        var least = new List<T>(Math.Min(all.Count, MaxLosers + 1));
        var more = a.More || b.More;
        foreach (var member in all)
        {
            if (least.Exists(member.SameAs))
                continue;
            if (least.Count > MaxLosers)
            {
                more = true;
                break;
            }

            least.Add(member);
        }

        return new LeastSet<T>([.. least], more);
    }
}
