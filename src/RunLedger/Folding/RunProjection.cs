using RunLedger.Contracts;

namespace RunLedger.Folding;

/// <summary>The header of a run: what an observation says of it.</summary>
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
            Attempt = AttemptOf(m),
            Endings = ending is { } status ? new(new Ending(key.At, status, key.Hash)) : LeastSet<Ending>.Empty,
            OutputRef = ending is null ? null : m.OutputRef,
            ErrorRef = ending is null ? null : m.ErrorRef,
            Registers = FoldColumns.Registers(
                rank,
                (RegisterColumn.ParentRunId, m.ParentRunId?.ToString()),
                (RegisterColumn.IdempotencyKey, step ? null : m.IdempotencyKey),
                (RegisterColumn.InputRef, step ? null : m.InputRef)),
            Evidence = step ? Fold.NoEvidence : FoldColumns.Evidence(observation, AttemptOf(m)),
            StartedAt = m is RunStarted ? key.At : null,
            NewestStep = step ? new StepMark(key.At, m is StepCompleted, AttemptOf(m)) : null,
            FirstAt = m is RunObserved ? long.MaxValue : key.At,
            LastAt = key.At,
        };
    }

    /// <summary>The status by the observations alone.</summary>
    public static RunStatus Observed(Fold fold) =>
        !fold.Endings.IsEmpty ? fold.Endings.First.Status
        : fold.NewestStep is { } step && IsOfAttempt(step, fold)
            ? step.Completed ? RunStatus.StepCompleted : RunStatus.StepStarted
        : fold.StartedAt is not null ? RunStatus.Started
        : RunStatus.Observed;

    /// <summary>The attempt at the run that an observation is of: 1 where it names none.</summary>
    public static int AttemptOf(RunObservation message) => Math.Max(1, message.Attempt ?? 1);

    // Who reports a step need not know which attempt it is part of: then the time says it.
    static bool IsOfAttempt(StepMark step, Fold fold) =>
        step.Attempt == fold.Attempt || step.At >= fold.StartedAt;
}
