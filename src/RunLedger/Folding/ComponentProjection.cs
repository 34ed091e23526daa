using RunLedger.Contracts;

namespace RunLedger.Folding;

/// <summary>The detail of a component: what a step observation says of it.</summary>
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
            StepCancelled => RunStatus.Cancelled,
            _ => (RunStatus?)null,
        };
        return new Fold
        {
            Id = m.ComponentRunId,
            Identities = new(new Identity(m.ProcessRunId.ToString(), m.CorrelationId, m.SourceSystem, rank)),
            Endings = ending is { } status
                ? new(new Ending(key.At, status, key.Hash, IsWeak: m is StepCancelled))
                : LeastSet<Ending>.Empty,
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
            FirstAt = m is StepCancelled ? long.MaxValue : key.At,
            // That somebody gave it up is no sign of its life.
            LastAt = m is StepCancelled ? long.MinValue : key.At,
        };
    }

    /// <summary>The status by the observations alone.</summary>
    public static RunStatus Observed(Fold fold) =>
        !fold.Endings.IsEmpty ? fold.Endings.First.Status
        : fold.StartedAt is not null ? RunStatus.StepStarted
        : RunStatus.Observed;

    /// <summary>The run the component says it belongs to, as sent; the ledger may keep it under another id.</summary>
    public static Guid RunId(Fold fold) => Guid.Parse(fold.Identities.First.Of);
}
