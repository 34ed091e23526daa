namespace RunLedger.Service.Database;

/// <summary>That a run is in the archive, and since when.</summary>
sealed record ArchivedAt
{
    public Guid ProcessRunId { get; init; }
    public DateTime At { get; init; }
}
