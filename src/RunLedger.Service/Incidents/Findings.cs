namespace RunLedger.Service.Incidents;

/// <summary>Of whom something is so.</summary>
/// <param name="Items">A candidate at most once.</param>
/// <param name="Truncated">Whether there may be more: then of nobody it is over.</param>
sealed record Findings(IReadOnlyList<Finding> Items, bool Truncated = false)
{
    public static readonly Findings None = new([]);
}
