using System.Diagnostics;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage.Rows;
using RunLedger.Telemetry;

namespace RunLedger.Batching;

/// <summary>
/// One message on its way through a commit: what names rows, with what handles them, or something rejected to set
/// aside.
/// </summary>
sealed class PendingMessage : IPending
{
    readonly Action<PendingMessage, Exception?>? _settle;
    // What waits for it goes on where it is completed: see GroupCommitter.
    readonly TaskCompletionSource? _done;
    readonly ExecutionContext? _context;
    readonly Func<MessageRows, Task>? _handle;
    bool _settled;

    /// <param name="settle">Who is told what became of it; null where its task is waited for.</param>
    PendingMessage(Action<PendingMessage, Exception?>? settle)
    {
        if ((_settle = settle) is not null)
            return;
        _done = new();
        _context = ExecutionContext.Capture();
    }

    /// <param name="observation">What was observed.</param>
    /// <param name="handle">Folds it into the rows; called again when the batch is taken again.</param>
    /// <param name="reject">What to set aside when the ledger cannot take it, for a reason.</param>
    /// <param name="sentAt">When it was sent; null where it does not say.</param>
    /// <param name="trace">The trace it belongs to, where it is none of what runs.</param>
    /// <param name="settle">
    /// Who is told, once, that it is committed or why it is not; null where its task is waited for.
    /// </param>
    public PendingMessage(
        Observation observation, Func<MessageRows, Task> handle, Func<string, RejectedRow> reject,
        DateTime? sentAt = null, ActivityContext trace = default, Action<PendingMessage, Exception?>? settle = null)
        : this(settle)
    {
        Contract = LedgerMeter.At(observation.Contract);
        SentAt = sentAt;
        Trace = trace == default ? Trace : trace;
        Reject = reject;
        RunId = observation.Message.ProcessRunId;
        Hash = observation.Key.Hash;
        if (observation.Message is StepObservation step)
            (ComponentId, ComponentKey) = (step.ComponentRunId, step.IdempotencyKey);
        else
            RunKey = observation.Message.IdempotencyKey;
        Bytes = observation.Evidence?.Length ?? 0;
        _handle = handle;
    }

    /// <param name="message">Which rows the ledger wants to look at.</param>
    /// <param name="handle">Looks at them; called again when the batch is taken again.</param>
    public PendingMessage(DeadlineReached message, Func<MessageRows, Task> handle)
        : this(settle: null)
    {
        (RunId, ComponentId) = (message.ProcessRunId, message.ComponentRunId);
        _handle = handle;
    }

    public PendingMessage(RejectedRow rejected, Action<PendingMessage, Exception?>? settle = null)
        : this(settle)
    {
        Rejected = rejected;
        Contract = LedgerMeter.At(rejected.Contract);
        Bytes = rejected.Payload.Length;
    }

    public RejectedRow? Rejected { get; }

    /// <summary>Null for what the ledger asks itself.</summary>
    public Func<string, RejectedRow>? Reject { get; }

    /// <summary>Whether it is tried another way when it fails, and only then may be given back.</summary>
    public bool GoesOn { get; init; }

    /// <summary>Of one that is told about it is no task.</summary>
    public Task Done => _done?.Task ?? Task.CompletedTask;

    /// <summary>As <see cref="LedgerMeter.At(string?)"/> has it; null for what the ledger asks itself.</summary>
    public int? Contract { get; }

    /// <summary>When the observation was sent, by its sender's clock; null where it does not say.</summary>
    public DateTime? SentAt { get; }
    public ActivityContext Trace { get; } = Activity.Current?.Context ?? default;

    public long Bytes { get; }

    /// <summary>Messages of one run are handled in turn, in one batch.</summary>
    public Guid? Exclusive => null;

    public Guid RunId { get; }

    /// <summary>Of the observation.</summary>
    public UInt128 Hash { get; }
    public string? RunKey { get; }
    public Guid? ComponentId { get; }
    public string? ComponentKey { get; }

    /// <summary>Runs the message's own pipeline, in the context (logging, tracing) it came with.</summary>
    public Task Handle(MessageRows rows)
    {
        if (_context is null)
            return _handle!(rows);
        Task handling = Task.CompletedTask;
        ExecutionContext.Run(_context, _ => handling = _handle!(rows), null);
        return handling;
    }

    public void Complete()
    {
        if (_settle is null)
            _done!.TrySetResult();
        else if (!Interlocked.Exchange(ref _settled, true))
            _settle(this, null);
    }

    public void Fail(Exception exception)
    {
        if (_done is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static failed => failed.Done.TrySetException(failed.Exception),
                (Done: _done, Exception: exception),
                preferLocal: false);
        }
        else if (!Interlocked.Exchange(ref _settled, true))
        {
            _settle!(this, exception);
        }
    }
}
