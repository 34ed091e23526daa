namespace RunLedger.Storage.Rows;

/// <summary>A row of <c>process_component_observation</c>, one component of a run.</summary>
sealed record ComponentRow : LedgerRow
{
    public Guid ComponentRunId { get; init; }
    public string? DotCode { get; init; }
    public string? ComponentRole { get; init; }
    public string? EventCode { get; init; }
    public Guid? QueueJobId { get; init; }

    public override Guid Id => ComponentRunId;
}
