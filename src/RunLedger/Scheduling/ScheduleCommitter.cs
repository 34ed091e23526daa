using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RunLedger.Batching;
using RunLedger.Folding;
using RunLedger.Storage;
using RunLedger.Storage.Rows;
using RunLedger.Telemetry;

namespace RunLedger.Scheduling;

/// <summary>
/// Stores and cancels scheduled messages in groups, as <see cref="GroupCommitter"/> does with observations: what waits
/// while one transaction is on the wire is the next.
/// </summary>
sealed class ScheduleCommitter(
    IScheduleStore store,
    DispatchSignal signal,
    RunLedgerOptions options,
    TimeProvider time,
    ILogger<ScheduleCommitter> logger,
    IHostApplicationLifetime? lifetime = null) : IAsyncDisposable
{
    /// <summary>Against other replicas; each loss means another one went forward.</summary>
    const int MaxRaces = 5;

    /// <summary>A batch of large messages ends here.</summary>
    const int MaxBytes = 16 * 1024 * 1024;
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    readonly Channel<Change> _waiting = Channel.CreateUnbounded<Change>(new() { SingleReader = true });
    readonly CancellationToken _stopping = lifetime?.ApplicationStopping ?? default;
    readonly Lock _starting = new();
    Task? _loop;

    /// <summary>Completes when the message is stored.</summary>
    /// <exception cref="RequeueException">The process stops and the database is away: nothing was stored.</exception>
    public Task Schedule(ScheduledRow row) => Enqueue(new Change(row, row.Token, default));

    /// <summary>Completes when the message of this token will not be sent, or is sent already.</summary>
    /// <inheritdoc cref="Schedule" path="/exception"/>
    public Task Cancel(ScheduleCancellation cancellation) => Enqueue(new Change(null, cancellation.Token, cancellation));

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        if (_loop is not null)
            await _loop;
    }

    Task Enqueue(Change change)
    {
        if (_loop is null)
        {
            lock (_starting)
                _loop ??= Task.Run(Run);
        }

        if (!_waiting.Writer.TryWrite(change))
            change.Done.TrySetException(new RequeueException("The scheduler has stopped."));
        return change.Done.Task;
    }

    async Task Run()
    {
        // Whichever message started it, what follows is no part of that one's trace.
        Activity.Current = null;
        var batch = new List<Change>(options.MaxBatchSize);
        var tokens = new HashSet<Guid>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            var bytes = 0;
            // What is about a token again has its turn in the next batch.
            while (batch.Count < options.MaxBatchSize && bytes < MaxBytes
                && _waiting.Reader.TryPeek(out var next) && tokens.Add(next.Token) && _waiting.Reader.TryRead(out var change))
            {
                batch.Add(change);
                bytes += change.Row?.Body.Length ?? 0;
            }

            await Settle(batch);
            batch.Clear();
            tokens.Clear();
        }
    }

    /// <summary>Every change is stored, or has failed alone, or was given back.</summary>
    async Task Settle(List<Change> changes)
    {
        var races = 0;
        var pause = FirstPause;
        while (true)
        {
            try
            {
                await Store(changes);
                return;
            }
            catch (StoreException e) when (e.Fault == StoreFault.Unavailable)
            {
                Log.DatabaseAway(logger, e.InnerException!.Message, changes.Count, pause);
                if (!await Pause(pause))
                {
                    changes.ForEach(change => change.Done.TrySetException(
                        new RequeueException("The process stops and the database is away.")));
                    return;
                }

                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (StoreException e) when (e.Fault == StoreFault.Conflict && ++races < MaxRaces)
            {
                Log.RaceLost(logger, e.InnerException!.Message, changes.Count);
            }
            catch (Exception e) when (changes.Count == 1)
            {
                changes[0].Done.TrySetException(e is StoreException ? e.InnerException! : e);
                return;
            }
            catch (Exception e)
            {
                // Halves until the guilty one is alone.
                Log.BatchSplit(logger, e.Message, changes.Count);
                var half = changes.Count / 2;
                await Settle(changes[..half]);
                await Settle(changes[half..]);
                return;
            }
        }
    }

    async Task Store(List<Change> changes)
    {
        List<ScheduledRow> rows = [.. changes.Where(change => change.Row is not null).Select(change => change.Row!)];
        List<ScheduleCancellation> cancelled = [.. changes.Where(change => change.Row is null).Select(change => change.Cancellation)];
        await store.Write(rows, cancelled, LedgerTime.Time(LedgerTime.Of(time.GetUtcNow())), CancellationToken.None);
        signal.Stored(rows);
        changes.ForEach(change => change.Done.TrySetResult());
    }

    async Task<bool> Pause(TimeSpan pause)
    {
        if (_stopping.IsCancellationRequested)
            return false;
        try
        {
            await Task.Delay(pause, time, _stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    sealed record Change(ScheduledRow? Row, Guid Token, ScheduleCancellation Cancellation)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
