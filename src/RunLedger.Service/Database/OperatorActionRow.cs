namespace RunLedger.Service.Database;

/// <summary>A row of <c>operator_action</c>.</summary>
sealed record OperatorActionRow
{
    public Guid Id { get; init; }
    public DateTime At { get; init; }
    public string Who { get; init; } = "";
    public string Action { get; init; } = "";
    public string Subject { get; init; } = "";
    public string? Reason { get; init; }

    /// <summary>JSON.</summary>
    public string? Detail { get; init; }
    public string? Outcome { get; init; }
}
