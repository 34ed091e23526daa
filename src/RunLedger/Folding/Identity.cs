namespace RunLedger.Folding;

/// <summary>The columns that move together and say who a row is.</summary>
/// <param name="Of">The candidate a run is of, or the run a component is of, as sent.</param>
/// <param name="Correlation">The wire key.</param>
/// <param name="Source">The source system.</param>
/// <param name="Rank">The best source that said so.</param>
readonly record struct Identity(string Of, string Correlation, string Source, Rank Rank) : ILeast<Identity>
{
    public bool SameAs(Identity other) =>
        Of == other.Of && Correlation == other.Correlation && Source == other.Source;

    public int CompareTo(Identity other)
    {
        var order = Rank.CompareTo(other.Rank);
        if (order == 0)
            order = string.CompareOrdinal(Of, other.Of);
        if (order == 0)
            order = string.CompareOrdinal(Correlation, other.Correlation);
        return order != 0 ? order : string.CompareOrdinal(Source, other.Source);
    }
}
