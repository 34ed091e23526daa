using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage;
using RunLedger.Storage.Rows;
using RunLedger.Telemetry;

namespace RunLedger.Batching;

/// <summary>
/// Commits messages in groups. The units that wait form a batch: their rows are loaded and locked in one round trip,
/// each unit is handled in turn in memory, everything is written in one transaction. No timer gathers a batch: while
/// one is on the wire the next fills by itself, so a lone message waits for nobody.
/// </summary>
sealed class GroupCommitter(
    ILedgerStore store,
    RunLedgerOptions options,
    TimeProvider time,
    ILogger<GroupCommitter> logger,
    IHostApplicationLifetime? lifetime = null,
    DispatchSignal? dispatch = null,
    LedgerMeter? meter = null) : IAsyncDisposable
{
    /// <summary>Against other replicas; each loss means another one went forward.</summary>
    const int MaxRaces = 5;

    /// <summary>Beyond this a batch takes no more messages: PostgreSQL refuses a gigabyte in one request.</summary>
    const long MaxBytes = 32 * 1024 * 1024;
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LastPause = TimeSpan.FromSeconds(1);

    readonly Channel<PendingMessage> _waiting = Channel.CreateUnbounded<PendingMessage>(new() { SingleReader = true });
    readonly CancellationTokenSource _stopping =
        CancellationTokenSource.CreateLinkedTokenSource(lifetime?.ApplicationStopping ?? default);
    readonly Lock _starting = new();
    readonly LedgerMeter _meter = meter ?? new LedgerMeter(time: time);
    Task? _loop;

    /// <summary>
    /// Completes when the observation is committed, or set aside because its run is archived; fails when it, and nothing
    /// else, could not be.
    /// </summary>
    /// <exception cref="RequeueException">The process stops and the database is away: nothing was handled.</exception>
    public Task Commit(
        Observation observation, Func<MessageRows, Task> handle, Func<string, RejectedRow> reject,
        DateTime? sentAt = null, ActivityContext trace = default) =>
        Enqueue(new PendingMessage(observation, handle, reject, sentAt, trace));

    /// <summary>Completes when the ledger has looked at the rows and what it found is committed.</summary>
    /// <inheritdoc cref="Commit(Observation, Func{MessageRows, Task}, Func{string, RejectedRow}, DateTime?, ActivityContext)" path="/exception"/>
    public Task Commit(DeadlineReached deadline, Func<MessageRows, Task> handle) => Enqueue(new PendingMessage(deadline, handle));

    /// <summary>Completes when what was rejected is set aside.</summary>
    /// <inheritdoc cref="Commit(Observation, Func{MessageRows, Task}, Func{string, RejectedRow}, DateTime?, ActivityContext)" path="/exception"/>
    public Task Reject(RejectedRow rejected) => Enqueue(new PendingMessage(rejected));

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

    // A unit that is under way is never abandoned: the message waits for what becomes of it.
    Task Enqueue(PendingMessage unit)
    {
        if (_loop is null)
        {
            lock (_starting)
                _loop ??= Task.Run(Run);
        }

        if (!_waiting.Writer.TryWrite(unit))
            Fail(unit, new RequeueException("The ledger has stopped."));
        return unit.Done;
    }

    async Task Run()
    {
        // Whichever message started it, what follows is no part of that one's trace.
        Activity.Current = null;
        var batch = new List<PendingMessage>(options.MaxBatchSize);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            long bytes = 0;
            while (batch.Count < options.MaxBatchSize && bytes < MaxBytes && _waiting.Reader.TryRead(out var unit))
            {
                batch.Add(unit);
                bytes += unit.Bytes;
            }

            try
            {
                await Settle(batch);
            }
            catch (Exception e)
            {
                // Whatever went wrong, a log that cannot be written for one: nobody waits for ever, and the next go on.
                batch.ForEach(unit => Fail(unit, e));
            }

            batch.Clear();
        }
    }

    /// <summary>Every unit is committed, or has failed alone, or was given back.</summary>
    async Task Settle(List<PendingMessage> units)
    {
        var races = 0;
        var pause = FirstPause;
        while (true)
        {
            try
            {
                await Attempt(units);
                return;
            }
            catch (StoreException e) when (e.Fault == StoreFault.Unavailable)
            {
                Log.DatabaseAway(logger, e.InnerException!.Message, units.Count, pause);
                if (!await Pause(pause))
                {
                    units.ForEach(unit => Fail(unit, new RequeueException("The process stops and the database is away.")));
                    return;
                }

                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (StoreException e) when (e.Fault == StoreFault.Conflict && ++races < MaxRaces)
            {
                Log.RaceLost(logger, e.InnerException!.Message, units.Count);
            }
            catch (Exception e) when (units.Count == 1)
            {
                Fail(units[0], e is StoreException ? e.InnerException! : e);
                return;
            }
            catch (Exception e)
            {
                // Halves until the guilty one is alone; in order, so that messages of one run stay in turn.
                Log.BatchSplit(logger, e.Message, units.Count);
                var half = units.Count / 2;
                await Settle(units[..half]);
                await Settle(units[half..]);
                return;
            }
        }
    }

    async Task Attempt(List<PendingMessage> units)
    {
        using var trace = LedgerTrace.Commit(units);
        try
        {
            var begun = time.GetTimestamp();
            await Write(units);
            _meter.Committed(units.Count, time.GetElapsedTime(begun));
        }
        catch (Exception e)
        {
            var fault = (e as StoreException)?.Fault;
            _meter.CommitFailed(fault);
            trace.Failed(e, LedgerMeter.ErrorType(fault));
            throw;
        }

        var now = time.GetUtcNow().UtcDateTime;
        DateTime? last = null;
        foreach (var unit in units)
        {
            if (unit.SentAt is { } sent)
                _meter.Lagged(now - (last = sent).Value);
            unit.Complete();
        }

        if (last is { } newest)
            _meter.Fresh(now, now - newest);
    }

    async Task Write(List<PendingMessage> units)
    {
        var names = BatchKeys.Of(units);
        var batch = await store.Begin(names, CancellationToken.None);
        if (options.Archive.Reopen && batch.Runs.Archived.Count + batch.Components.Archived.Count > 0)
        {
            // A transaction of its own: what is back, and whatever then becomes of this batch, is as it was.
            var reopened = batch.Runs.Archived.Values.Concat(batch.Components.Archived.Values).Distinct().ToList();
            await batch.DisposeAsync();
            await store.Reopen(reopened, Now, CancellationToken.None);
            batch = await store.Begin(names, CancellationToken.None);
        }

        await using (batch)
            await Write(units, batch);
    }

    async Task Write(List<PendingMessage> units, ILedgerBatch batch)
    {
        var tally = new CommitTally(_meter);
        var runs = new BatchRows<RunRow>(batch.Runs);
        var components = new BatchRows<ComponentRow>(batch.Components);
        var rejected = new List<RejectedRow>();
        var failed = new List<PendingMessage>();
        var notices = new List<LedgerNotice>();
        foreach (var unit in units)
        {
            if (unit.Rejected is not null)
            {
                rejected.Add(unit.Rejected);
                tally.Observed(unit.Contract!.Value, Outcome.Rejected);
                continue;
            }

            if (unit.Reject is not null && Archived(unit, runs, components) is { } archived)
            {
                rejected.Add(unit.Reject($"Its run {archived} is archived, so that this came too late. To have it counted set "
                    + "Archive__Reopen, or bring the run back with archive restore, and send it again."));
                tally.Observed(unit.Contract!.Value, Outcome.Late);
                continue;
            }

            try
            {
                notices.AddRange(await Handle(unit, runs, components, tally));
            }
            catch (Exception e)
            {
                // It alone fails: what it did was to its own copies.
                Fail(unit, e);
                failed.Add(unit);
            }
        }

        units.RemoveAll(failed.Contains);
        var changes = Changes(batch, runs, components, rejected);
        changes.Outbox.AddRange(notices.Select(Notices.Outgoing).DistinctBy(row => row.Token));
        if (changes.Any)
            await batch.Commit(changes, CancellationToken.None);
        dispatch?.Stored(changes.Outbox);
        tally.Tell();
    }

    void Fail(PendingMessage unit, Exception exception)
    {
        if (unit.Contract is { } contract)
            _meter.Observed(contract, exception is RequeueException or NewerFoldException ? Outcome.Requeued : Outcome.Failed);
        unit.Fail(exception);
    }

    static Guid? Archived(PendingMessage unit, BatchRows<RunRow> runs, BatchRows<ComponentRow> components) =>
        runs.Archived(unit.RunId, unit.RunKey)
        ?? (unit.ComponentId is { } component ? components.Archived(component, unit.ComponentKey) : null);

    static async Task<IReadOnlyList<LedgerNotice>> Handle(
        PendingMessage unit, BatchRows<RunRow> runs, BatchRows<ComponentRow> components, CommitTally tally)
    {
        var rows = new MessageRows { Run = runs.Find(unit.RunId, unit.RunKey) };
        if (unit.ComponentId is { } component)
            rows.Component = components.Find(component, unit.ComponentKey);
        var (runBefore, componentBefore) = (rows.Run, rows.Component);
        await unit.Handle(rows);
        tally.Changed(runBefore, rows.Run);
        tally.Changed(componentBefore, rows.Component);
        if (unit.Contract is { } contract)
        {
            var known = Fold.Same(runBefore?.Fold, rows.Run?.Fold) && Fold.Same(componentBefore?.Fold, rows.Component?.Fold);
            tally.Observed(contract, known ? Outcome.Duplicate : Outcome.Recorded);
        }

        if (rows.Run is { } run)
            runs.Put(unit.RunId, unit.RunKey, run);
        if (unit.ComponentId is { } id && rows.Component is { } detail)
            components.Put(id, unit.ComponentKey, detail);
        return rows.Notices;
    }

    LedgerChanges Changes(
        ILedgerBatch batch, BatchRows<RunRow> runs, BatchRows<ComponentRow> components, List<RejectedRow> rejected)
    {
        var now = Now;
        var changes = new LedgerChanges(
            runs.Changes((entry, created) => RunRow.From(entry) with { CreatedAt = created }, now),
            components.Changes(
                (entry, created) => ComponentRow.From(entry, RunOf(entry.Fold)) with { CreatedAt = created }, now),
            rejected);
        foreach (var row in changes.Runs.Inserted)
            changes.Count(row.Status, 1);
        foreach (var row in changes.Runs.Updated)
        {
            changes.Count(runs.Before(row.Id)!.Status, -1);
            changes.Count(row.Status, 1);
        }

        foreach (var id in changes.Runs.Removed)
            changes.Count(runs.Before(id)!.Status, -1);
        return changes;

        // A component's run as sent may long be an alias. Where no message of this batch names that run, the row the
        // fold came from says where it is kept.
        Guid RunOf(Fold component)
        {
            var sent = ComponentProjection.RunId(component);
            if (runs.Knows(sent))
                return runs.Resolve(sent);
            var from = batch.Components.Rows.Find(row => ComponentProjection.RunId(row.ToEntry().Fold) == sent);
            return runs.Resolve(from?.ProcessRunId ?? sent);
        }
    }

    DateTime Now => LedgerTime.Time(LedgerTime.Of(time.GetUtcNow()));

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
