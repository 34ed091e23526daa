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
    public Task Schedule(ScheduledRow row) => _loop.Enqueue(new Change(row, row.Token, default));

    /// <summary>Completes when the message of this token will not be sent, or is sent already.</summary>
    /// <inheritdoc cref="Schedule" path="/exception"/>
    public Task Cancel(ScheduleCancellation cancellation) =>
        _loop.Enqueue(new Change(null, cancellation.Token, cancellation));

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    async Task Commit(List<Change> changes)
    {
        List<ScheduledRow> rows = [.. changes.Where(change => change.Row is not null).Select(change => change.Row!)];
        List<ScheduleCancellation> cancelled =
            [.. changes.Where(change => change.Row is null).Select(change => change.Cancellation)];
        await _store.Write(rows, cancelled, LedgerTime.Time(LedgerTime.Of(_time.GetUtcNow())), CancellationToken.None);
        _signal.Stored(rows);
        changes.ForEach(change => change.Complete());
    }

    /// <summary>Commands about one token are stored one after another.</summary>
    sealed record Change(ScheduledRow? Row, Guid Token, ScheduleCancellation Cancellation) : IPending
    {
        readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;
        public long Bytes => Row?.Body.Length ?? 0;
        public Guid? Exclusive => Token;

        public void Complete() => _done.TrySetResult();

        public void Fail(Exception exception) => _done.TrySetException(exception);
    }
}
