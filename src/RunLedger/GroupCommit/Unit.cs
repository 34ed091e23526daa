using RunLedger.Contracts;
using RunLedger.Runs;

namespace RunLedger.GroupCommit;

/// <summary>
/// One message on its way through a commit: an observation with what handles it, or something rejected to set aside.
/// </summary>
sealed class Unit
{
    readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly ExecutionContext? _context = ExecutionContext.Capture();
    readonly Func<UnitRows, Task>? _handle;

    /// <param name="observation">What was observed.</param>
    /// <param name="handle">Folds it into the rows; called again when the batch is taken again.</param>
    public Unit(Observation observation, Func<UnitRows, Task> handle)
    {
        Observation = observation;
        _handle = handle;
    }

    public Unit(RejectedRow rejected) => Rejected = rejected;

    public Observation? Observation { get; }
    public RejectedRow? Rejected { get; }
    public Task Done => _done.Task;

    /// <summary>About how much of it travels to the database, where that is much.</summary>
    public long Bytes => Rejected?.Payload.Length ?? Observation!.Evidence?.Length ?? 0;

    public Guid RunId => Observation!.Message.ProcessRunId;
    public string? RunKey => Observation!.Message is StepObservation ? null : Observation.Message.IdempotencyKey;
    public Guid? ComponentId => (Observation!.Message as StepObservation)?.ComponentRunId;
    public string? ComponentKey => Observation!.Message is StepObservation step ? step.IdempotencyKey : null;

    /// <summary>Runs the message's own pipeline, in the context (logging, tracing) it came with.</summary>
    public Task Handle(UnitRows rows)
    {
        if (_context is null)
            return _handle!(rows);
        Task handling = Task.CompletedTask;
        ExecutionContext.Run(_context, _ => handling = _handle!(rows), null);
        return handling;
    }

    public void Complete() => _done.TrySetResult();

    public void Fail(Exception exception) => _done.TrySetException(exception);
}
