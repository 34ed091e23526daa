namespace RunLedger.Contracts;

/// <summary>A process candidate became a defined process.</summary>
public sealed record ProcessDefined
{
    /// <summary>The candidate, for example <c>PROC-CAND:dot:kg</c>.</summary>
    public required string ProcessCandidateCode { get; init; }

    /// <summary>The definition it became.</summary>
    public required string ProcessDefinitionCode { get; init; }

    /// <summary>When, by the sender's clock.</summary>
    public required DateTimeOffset OccurredAt { get; init; }
}
