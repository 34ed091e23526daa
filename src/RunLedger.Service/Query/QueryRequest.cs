namespace RunLedger.Service.Query;

/// <summary>The body of <c>POST /api/query</c>.</summary>
sealed record QueryRequest
{
    /// <summary>One select over the views runs and components.</summary>
    public string? Sql { get; init; }
}
