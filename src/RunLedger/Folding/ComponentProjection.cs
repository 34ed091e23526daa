using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Storage.Rows;

namespace RunLedger.Folding;

/// <summary>The detail of a component: what a step observation says of it, and its row.</summary>
static class ComponentProjection
{
    /// <summary>The row of one observation of a step.</summary>
    public static Fold Of(Observation observation)
    {
        var (m, key) = ((StepObservation)observation.Message, observation.Key);
        var rank = new Rank((byte)(m is StepStarted ? 0 : 1), key);
        var ending = m switch
        {
            StepCompleted => RunStatus.StepCompleted,
            StepFailed => RunStatus.Failed,
            _ => (RunStatus?)null,
        };
        return new Fold
        {
            Id = m.ComponentRunId,
            Identities = new(new Identity(m.ProcessRunId.ToString(), m.CorrelationId, m.SourceSystem, rank)),
            Endings = ending is { } status ? new(new Ending(key.At, status, key.Hash)) : LeastSet<Ending>.Empty,
            OutputRef = ending is null ? null : m.OutputRef,
            ErrorRef = ending is null ? null : m.ErrorRef,
            Registers = FoldColumns.Registers(
                rank,
                (RegisterColumn.ParentRunId, m.ParentRunId?.ToString()),
                (RegisterColumn.IdempotencyKey, m.IdempotencyKey),
                (RegisterColumn.InputRef, m.InputRef),
                (RegisterColumn.DotCode, m.DotCode),
                (RegisterColumn.ComponentRole, m.ComponentRole),
                (RegisterColumn.EventCode, m.EventCode),
                (RegisterColumn.QueueJobId, m.QueueJobId?.ToString())),
            Evidence = FoldColumns.Evidence(observation),
            StartedAt = m is StepStarted ? key.At : null,
            FirstAt = key.At,
            LastAt = key.At,
        };
    }

    public static RunStatus Status(Fold fold) =>
        !fold.Endings.IsEmpty ? fold.Endings.First.Status
        : fold.Deadlines?.Open(FlagKind.Orphan) is not null ? RunStatus.Orphan
        : fold.StartedAt is not null ? RunStatus.StepStarted
        : RunStatus.Observed;

    /// <summary>The row as it is stored.</summary>
    /// <param name="fold">What is known of the component.</param>
    /// <param name="runId">The id under which the ledger keeps the run the component belongs to.</param>
    public static ComponentRow Row(Fold fold, Guid runId)
    {
        var identity = fold.Identities.First;
        return new ComponentRow
        {
            ComponentRunId = fold.Id,
            ProcessRunId = runId,
            CorrelationId = identity.Correlation,
            SourceSystem = identity.Source,
            Status = Status(fold),
            ParentRunId = FoldColumns.Id(fold, RegisterColumn.ParentRunId),
            IdempotencyKey = fold.Registers[(int)RegisterColumn.IdempotencyKey].Value,
            InputRef = fold.Registers[(int)RegisterColumn.InputRef].Value,
            DotCode = fold.Registers[(int)RegisterColumn.DotCode].Value,
            ComponentRole = fold.Registers[(int)RegisterColumn.ComponentRole].Value,
            EventCode = fold.Registers[(int)RegisterColumn.EventCode].Value,
            QueueJobId = FoldColumns.Id(fold, RegisterColumn.QueueJobId),
            OutputRef = fold.OutputRef,
            ErrorRef = fold.ErrorRef,
            StartedAt = FoldColumns.Time(fold.StartedAt),
            EndedAt = fold.Endings.IsEmpty ? null : LedgerTime.Time(fold.Endings.First.At),
            EvidenceRef = EvidenceJson.Write(fold, "run"),
            // A merge of runs moves the column without the fold: what was sent is always kept.
            Fold = FoldCodec.Write(fold, of: ""),
        };
    }

    /// <summary>The run the component says it belongs to, as sent; the ledger may keep it under another id.</summary>
    public static Guid RunId(Fold fold) => Guid.Parse(fold.Identities.First.Of);

    /// <summary>The fold a stored row holds.</summary>
    public static Fold Read(ComponentRow row) => FoldCodec.Read(
        row,
        row.ProcessRunId.ToString(),
        column => column switch
        {
            RegisterColumn.ParentRunId => row.ParentRunId?.ToString(),
            RegisterColumn.IdempotencyKey => row.IdempotencyKey,
            RegisterColumn.InputRef => row.InputRef,
            RegisterColumn.DotCode => row.DotCode,
            RegisterColumn.ComponentRole => row.ComponentRole,
            RegisterColumn.EventCode => row.EventCode,
            RegisterColumn.QueueJobId => row.QueueJobId?.ToString(),
            _ => null,
        }) with
    {
        Deadlines = new DeadlineState { CreatedAt = row.CreatedAt, Flags = FlagJson.Read(row.EvidenceRef) },
    };
}
