using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Storage.Rows;

namespace RunLedger.Folding;

/// <summary>The header of a run: what an observation says of it, and its row.</summary>
static class RunProjection
{
    /// <summary>The row of one observation.</summary>
    public static Fold Of(Observation observation)
    {
        var (m, key) = (observation.Message, observation.Key);
        var step = m is StepObservation;
        var rank = new Rank((byte)(step ? 2 : m is RunStarted ? 0 : 1), key);
        var ending = m switch
        {
            RunCompleted => RunStatus.Completed,
            RunFailed => RunStatus.Failed,
            RunCancelled => RunStatus.Cancelled,
            _ => (RunStatus?)null,
        };
        return new Fold
        {
            Id = m.ProcessRunId,
            Identities = new(new Identity(m.ProcessCandidateCode, m.CorrelationId, m.SourceSystem, rank)),
            Endings = ending is { } status ? new(new Ending(key.At, status, key.Hash)) : LeastSet<Ending>.Empty,
            OutputRef = ending is null ? null : m.OutputRef,
            ErrorRef = ending is null ? null : m.ErrorRef,
            Registers = FoldColumns.Registers(
                rank,
                (RegisterColumn.ParentRunId, m.ParentRunId?.ToString()),
                (RegisterColumn.IdempotencyKey, step ? null : m.IdempotencyKey),
                (RegisterColumn.InputRef, step ? null : m.InputRef)),
            Evidence = step ? Fold.NoEvidence : FoldColumns.Evidence(observation),
            StartedAt = m is RunStarted ? key.At : null,
            NewestStep = step ? new StepMark(key.At, m is StepCompleted) : null,
            FirstAt = key.At,
            LastAt = key.At,
        };
    }

    /// <summary>The status: an end, else what the ledger inferred, else what was observed.</summary>
    public static RunStatus Status(Fold fold) =>
        !fold.Endings.IsEmpty ? fold.Endings.First.Status
        : fold.Deadlines?.Open(FlagKind.Stuck) is not null ? RunStatus.Stuck
        : fold.Deadlines?.Open(FlagKind.Orphan) is not null ? RunStatus.Orphan
        : Observed(fold);

    /// <summary>The status by the observations alone.</summary>
    public static RunStatus Observed(Fold fold) =>
        !fold.Endings.IsEmpty ? fold.Endings.First.Status
        : fold.NewestStep is { } step ? step.Completed ? RunStatus.StepCompleted : RunStatus.StepStarted
        : fold.StartedAt is not null ? RunStatus.Started
        : RunStatus.Observed;

    /// <summary>The row as it is stored; <c>created_at</c> and the definition are the store's.</summary>
    public static RunRow Row(Fold fold)
    {
        var identity = fold.Identities.First;
        return new RunRow
        {
            ProcessRunId = fold.Id,
            ProcessCandidateCode = identity.Of,
            CorrelationId = identity.Correlation,
            SourceSystem = identity.Source,
            Status = Status(fold),
            ParentRunId = FoldColumns.Id(fold, RegisterColumn.ParentRunId),
            IdempotencyKey = fold.Registers[(int)RegisterColumn.IdempotencyKey].Value,
            InputRef = fold.Registers[(int)RegisterColumn.InputRef].Value,
            OutputRef = fold.OutputRef,
            ErrorRef = fold.ErrorRef,
            StartedAt = FoldColumns.Time(fold.StartedAt),
            EndedAt = fold.Endings.IsEmpty ? null : LedgerTime.Time(fold.Endings.First.At),
            EvidenceRef = EvidenceJson.Write(fold, "candidate"),
            LastEventAt = LedgerTime.Time(fold.LastAt),
            LiveAt = fold.Deadlines?.LiveAt,
            DeadlineAt = fold.Deadlines?.DeadlineAt,
            SettledAt = fold.Deadlines?.SettledAt,
            Fold = FoldCodec.Write(fold, identity.Of),
        };
    }

    /// <summary>The fold a stored row holds.</summary>
    public static Fold Read(RunRow row) => FoldCodec.Read(
        row,
        row.ProcessCandidateCode,
        column => column switch
        {
            RegisterColumn.ParentRunId => row.ParentRunId?.ToString(),
            RegisterColumn.IdempotencyKey => row.IdempotencyKey,
            RegisterColumn.InputRef => row.InputRef,
            _ => null,
        }) with
    {
        Deadlines = new DeadlineState
        {
            CreatedAt = row.CreatedAt,
            LiveAt = row.LiveAt,
            DeadlineAt = row.DeadlineAt,
            SettledAt = row.SettledAt,
            Flags = FlagJson.Read(row.EvidenceRef),
        },
    };
}
