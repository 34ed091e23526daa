namespace RunLedger.Runs;

/// <summary>A row of <c>process_run_observation</c>, the header of a run.</summary>
sealed record RunRow : LedgerRow
{
    public string ProcessCandidateCode { get; init; } = "";

    /// <summary>Set only after the candidate became a definition.</summary>
    public string? ProcessDefinitionCode { get; init; }

    public override Guid Id => ProcessRunId;
}
