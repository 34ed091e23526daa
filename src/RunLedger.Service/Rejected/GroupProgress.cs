namespace RunLedger.Service.Rejected;

/// <summary>How far work on a group is: the detail of its action.</summary>
sealed record GroupProgress
{
    public string? Fingerprint { get; init; }
    public long Done { get; init; }
    public long Failed { get; init; }

    /// <summary>The last row that was taken; the next slice has the rows that sort behind it.</summary>
    public DateTime At { get; init; }
    public Guid After { get; init; }
}
