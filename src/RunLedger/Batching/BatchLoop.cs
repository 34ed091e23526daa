using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Batching;

/// <summary>
/// Commits what waits in batches. No timer gathers one: while a batch is on the wire the next fills by itself, so a
/// lone item waits for nobody. A conflict is tried again, a refused batch is halved until the guilty item is alone, and
/// a database that is away is waited for until the process stops, when what waits is given back.
/// </summary>
/// <param name="maxCount">Items of a batch, at most.</param>
/// <param name="maxBytes">Beyond this a batch takes no more items.</param>
/// <param name="commit">Commits a batch, or throws; it may remove from the list what has failed alone.</param>
/// <param name="fail">Fails one item.</param>
/// <param name="lifetime">Whose stopping ends the wait for the database; without one, disposing does.</param>
sealed class BatchLoop<T>(
    int maxCount,
    long maxBytes,
    Func<List<T>, Task> commit,
    Action<T, Exception> fail,
    TimeProvider time,
    ILogger logger,
    IHostApplicationLifetime? lifetime) : IAsyncDisposable
    where T : IPending
{
    /// <summary>Against other replicas; each loss means another one went forward.</summary>
    const int MaxConflicts = 5;

    /// <summary>Of a lone item, which then is given back: a race is nobody's fault.</summary>
    const int MaxLoneConflicts = 50;

    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LongestRacePause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LastPause = TimeSpan.FromSeconds(1);

    readonly Channel<T> _waiting = Channel.CreateUnbounded<T>(new() { SingleReader = true });
    readonly CancellationTokenSource _stopping =
        CancellationTokenSource.CreateLinkedTokenSource(lifetime?.ApplicationStopping ?? default);
    readonly Lock _starting = new();
    readonly Outage _outage = new(time);
    Task? _loop;

    /// <summary>An item that is under way is never abandoned: whoever waits for it learns what became of it.</summary>
    /// <exception cref="RequeueException">
    /// The process stops and the database is away: nothing was committed.
    /// </exception>
    public Task Enqueue(T item)
    {
        if (_loop is null)
        {
            lock (_starting)
                _loop ??= Task.Run(Run);
        }

        if (!_waiting.Writer.TryWrite(item))
            fail(item, new RequeueException("The ledger has stopped."));
        return item.Done;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_waiting.Writer.TryComplete())
            return;
        // Where no host says that it stops: what waits for the database is given back.
        await _stopping.CancelAsync();
        if (_loop is not null)
            await _loop;
        _stopping.Dispose();
    }

    async Task Run()
    {
        // Whichever item started it, what follows is no part of that one's trace.
        Activity.Current = null;
        var batch = new List<T>(maxCount);
        var exclusive = new HashSet<Guid>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            Fill(batch, exclusive);
            try
            {
                await Settle(batch);
            }
            catch (Exception e)
            {
                // Whatever went wrong, a log that cannot be written for one: nobody waits for ever, and the next go on.
                batch.ForEach(item => fail(item, e));
            }

            batch.Clear();
            exclusive.Clear();
        }
    }

    void Fill(List<T> batch, HashSet<Guid> exclusive)
    {
        long bytes = 0;
        while (batch.Count < maxCount && bytes < maxBytes && _waiting.Reader.TryPeek(out var next))
        {
            // What is about the same again has its turn in the next batch.
            if (next.Exclusive is { } about && !exclusive.Add(about))
                return;
            _waiting.Reader.TryRead(out _);
            batch.Add(next);
            bytes += next.Bytes;
        }
    }

    /// <summary>Every item is committed, or has failed alone, or was given back.</summary>
    async Task Settle(List<T> items)
    {
        var conflicts = 0;
        var pause = FirstPause;
        while (true)
        {
            try
            {
                await commit(items);
                if (_outage.End() is { } lasted)
                    Log.DatabaseBack(logger, lasted);
                return;
            }
            catch (StoreException e) when (e.Fault == StoreFault.Unavailable)
            {
                if (_outage.Say())
                    Log.DatabaseAway(logger, e.Message, items.Count);
                if (!await Pause(pause))
                {
                    items.ForEach(item =>
                        fail(item, new RequeueException("The process stops and the database is away.")));
                    return;
                }

                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (StoreException e) when (e.Fault == StoreFault.Conflict && ++conflicts < MaxConflicts)
            {
                Log.RaceLost(logger, e.Message, items.Count);
            }
            catch (StoreException e) when (e.Fault == StoreFault.Conflict && items.Count == 1)
            {
                Log.RaceLost(logger, e.Message, items.Count);
                if (conflicts == MaxLoneConflicts || !await Pause(Random.Shared.NextDouble() * LongestRacePause))
                {
                    fail(items[0], new RequeueException($"Others were quicker {conflicts} times: {e.Message}"));
                    return;
                }
            }
            catch (Exception e) when (items.Count == 1)
            {
                fail(items[0], e is StoreException ? e.InnerException! : e);
                return;
            }
            catch (Exception e)
            {
                // Halves until the guilty one is alone; in order, so that items about one run stay in turn.
                Log.BatchSplit(logger, e.Message, items.Count);
                var half = items.Count / 2;
                await Settle(items[..half]);
                await Settle(items[half..]);
                return;
            }
        }
    }

    async Task<bool> Pause(TimeSpan pause)
    {
        if (_stopping.IsCancellationRequested)
        {
            // As long as the bus has not stopped too, the broker sends what it is given back again, and counts.
            await Task.Delay(LastPause, time);
            return false;
        }

        try
        {
            await Task.Delay(pause, time, _stopping.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
