namespace RunLedger.Folding;

/// <summary>A member of a <see cref="LeastSet{T}"/>.</summary>
interface ILeast<T> : IComparable<T>, IEquatable<T>
{
    /// <summary>Whether two members say the same; the set keeps the lesser of them.</summary>
    bool SameAs(T other);
}
