using RunLedger.Contracts;
using RunLedger.Deadlines;

namespace RunLedger.GroupCommit;

/// <summary>
/// One message on its way through a commit: what names rows, with what handles them, or something rejected to set aside.
/// </summary>
sealed class Unit
{
    readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly ExecutionContext? _context = ExecutionContext.Capture();
    readonly Func<UnitRows, Task>? _handle;

    /// <param name="message">What was observed.</param>
    /// <param name="handle">Folds it into the rows; called again when the batch is taken again.</param>
    public Unit(RunObservation message, Func<UnitRows, Task> handle)
    {
        RunId = message.ProcessRunId;
        if (message is StepObservation step)
            (ComponentId, ComponentKey) = (step.ComponentRunId, step.IdempotencyKey);
        else
            RunKey = message.IdempotencyKey;
        _handle = handle;
    }

    /// <param name="message">Which rows the ledger wants to look at.</param>
    /// <param name="handle">Looks at them; called again when the batch is taken again.</param>
    public Unit(DeadlineReached message, Func<UnitRows, Task> handle)
    {
        (RunId, ComponentId) = (message.ProcessRunId, message.ComponentRunId);
        _handle = handle;
    }

    public Unit(RejectedRow rejected) => Rejected = rejected;

    public RejectedRow? Rejected { get; }
    public Task Done => _done.Task;

    public Guid RunId { get; }
    public string? RunKey { get; }
    public Guid? ComponentId { get; }
    public string? ComponentKey { get; }

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
