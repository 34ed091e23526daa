namespace RunLedger.Storage.Rows;

/// <summary>A row of <c>process_run_observation</c>, the header of a run.</summary>
sealed record RunRow : LedgerRow
{
    public string ProcessCandidateCode { get; init; } = "";

    /// <summary>Set only after the candidate became a definition.</summary>
    public string? ProcessDefinitionCode { get; init; }

    /// <summary>The greatest time of any observation, by its publisher's clock.</summary>
    public DateTime? LastEventAt { get; init; }

    /// <summary>When that last grew, by the ledger's clock.</summary>
    public DateTime? LiveAt { get; init; }

    /// <summary>When the ledger looks at the run again; null for never.</summary>
    public DateTime? DeadlineAt { get; init; }

    /// <summary>When the end was committed, or the run flagged: retention counts from then.</summary>
    public DateTime? SettledAt { get; init; }

    public override bool SameState(LedgerRow before) =>
        before is RunRow run && base.SameState(run) && DeadlineAt == run.DeadlineAt && SettledAt == run.SettledAt;

    public override Guid Id => ProcessRunId;
}
