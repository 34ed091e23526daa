using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RunLedger.Batching;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Scheduling;

/// <summary>
/// Stores and cancels scheduled messages in groups, as <see cref="GroupCommitter"/> does with observations: what waits
/// while one transaction is on the wire is the next.
/// </summary>
sealed class ScheduleCommitter : IAsyncDisposable
{
    /// <summary>A batch of large messages ends here.</summary>
    const long MaxBytes = 16 * 1024 * 1024;

    readonly IScheduleStore _store;
    readonly DispatchSignal _signal;
    readonly TimeProvider _time;
    readonly BatchLoop<Change> _loop;

    public ScheduleCommitter(
        IScheduleStore store,
        DispatchSignal signal,
        RunLedgerOptions options,
        TimeProvider time,
        ILogger<ScheduleCommitter> logger,
        IHostApplicationLifetime? lifetime = null)
    {
        (_store, _signal, _time) = (store, signal, time);
        _loop = new(options.MaxBatchSize, MaxBytes, Commit, (change, e) => change.Fail(e), time, logger, lifetime);
    }

    /// <summary>Completes when the message is stored.</summary>
    /// <exception cref="RequeueException">The process stops and the database is away: nothing was stored.</exception>
    public Task Schedule(ScheduledRow row) => _loop.Enqueue(new Change(row.Token) { Row = row });

    /// <summary>Completes when the message of this token will not be sent, or is sent already.</summary>
    /// <inheritdoc cref="Schedule" path="/exception"/>
    public Task Cancel(ScheduleCancellation cancellation) =>
        _loop.Enqueue(new Change(cancellation.Token) { Cancellation = cancellation });

    /// <summary>Completes when the recurring message of this token is paused, or is sent again.</summary>
    /// <inheritdoc cref="Schedule" path="/exception"/>
    public Task Pause(SchedulePause pause) => _loop.Enqueue(new Change(pause.Token) { Pause = pause });

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    async Task Commit(List<Change> changes)
    {
        var written = new ScheduleChanges(
            [.. changes.Select(change => change.Row).OfType<ScheduledRow>()],
            [.. changes.Select(change => change.Cancellation).OfType<ScheduleCancellation>()],
            [.. changes.Select(change => change.Pause).OfType<SchedulePause>()]);
        await _store.Write(written, LedgerTime.Time(LedgerTime.Of(_time.GetUtcNow())), CancellationToken.None);
        _signal.Stored(written.Rows);
        if (written.Paused.Any(pause => !pause.Paused))
            _signal.Changed();
        changes.ForEach(change => change.Complete());
    }

    /// <summary>Commands about one token are stored one after another.</summary>
    sealed record Change(Guid Token) : IPending
    {
        readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ScheduledRow? Row { get; init; }
        public ScheduleCancellation? Cancellation { get; init; }
        public SchedulePause? Pause { get; init; }
        public Task Done => _done.Task;
        public long Bytes => Row?.Body.Length ?? 0;
        public Guid? Exclusive => Token;

        public void Complete() => _done.TrySetResult();

        public void Fail(Exception exception) => _done.TrySetException(exception);
    }
}
