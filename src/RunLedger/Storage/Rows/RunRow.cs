using RunLedger.Deadlines;
using RunLedger.Folding;

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

    /// <summary>The attempt that counts, from 1.</summary>
    public int Attempt => FoldCodec.AttemptOf(Fold);

    /// <summary>The row as it is stored; <c>created_at</c> and the definition are the store's.</summary>
    public static RunRow From(LedgerEntry entry)
    {
        var (fold, deadlines) = entry;
        var identity = fold.Identities.First;
        return new RunRow
        {
            ProcessRunId = fold.Id,
            ProcessCandidateCode = identity.Of,
            CorrelationId = identity.Correlation,
            SourceSystem = identity.Source,
            Status = entry.RunStatus,
            ParentRunId = FoldColumns.Id(fold, RegisterColumn.ParentRunId),
            IdempotencyKey = fold.Registers[(int)RegisterColumn.IdempotencyKey].Value,
            InputRef = fold.Registers[(int)RegisterColumn.InputRef].Value,
            OutputRef = fold.OutputRef,
            ErrorRef = fold.ErrorRef,
            StartedAt = FoldColumns.Time(fold.StartedAt),
            EndedAt = fold.Endings.IsEmpty ? null : LedgerTime.Time(fold.Endings.First.At),
            EvidenceRef = EvidenceColumn.Write(entry, of: "candidate"),
            LastEventAt = LedgerTime.Time(fold.LastAt),
            LiveAt = deadlines?.LiveAt,
            DeadlineAt = deadlines?.DeadlineAt,
            SettledAt = deadlines?.SettledAt,
            Fold = FoldCodec.Write(fold, identity.Of),
        };
    }

    public override LedgerEntry ToEntry() => new(
        ReadFold(ProcessCandidateCode, column => column switch
        {
            RegisterColumn.ParentRunId => ParentRunId?.ToString(),
            RegisterColumn.IdempotencyKey => IdempotencyKey,
            RegisterColumn.InputRef => InputRef,
            _ => null,
        }),
        new DeadlineState
        {
            CreatedAt = CreatedAt,
            LiveAt = LiveAt,
            DeadlineAt = DeadlineAt,
            SettledAt = SettledAt,
            Flags = FlagJson.Read(EvidenceRef),
        });
}
