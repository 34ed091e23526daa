using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RunLedger.Deadlines;
using RunLedger.Folding;
using RunLedger.Storage;
using RunLedger.Storage.Rows;
using RunLedger.Telemetry;

namespace RunLedger.Batching;

/// <summary>
/// Commits messages in groups. The messages that wait form a batch: their rows are loaded and locked in one round trip,
/// each message is handled in turn in memory, everything is written in one transaction. No timer gathers a batch: while
/// one is on the wire the next fills by itself, so a lone message waits for nobody.
/// </summary>
sealed class GroupCommitter : IAsyncDisposable
{
    /// <summary>Beyond this a batch takes no more messages: PostgreSQL refuses a gigabyte in one request.</summary>
    const long MaxBytes = 32 * 1024 * 1024;

    readonly ILedgerStore _store;
    readonly RunLedgerOptions _options;
    readonly TimeProvider _time;
    readonly DispatchSignal? _dispatch;
    readonly LedgerMeter _meter;
    readonly BatchLoop<PendingMessage> _loop;

    public GroupCommitter(
        ILedgerStore store,
        RunLedgerOptions options,
        TimeProvider time,
        ILogger<GroupCommitter> logger,
        LedgerMeter meter,
        IHostApplicationLifetime? lifetime = null,
        DispatchSignal? dispatch = null)
    {
        (_store, _options, _time, _meter, _dispatch) = (store, options, time, meter, dispatch);
        _loop = new(options.MaxBatchSize, MaxBytes, Attempt, Fail, time, logger, lifetime);
    }

    /// <summary>
    /// Completes when the observation is committed, or set aside because its run is archived; fails when it, and
    /// nothing else, could not be.
    /// </summary>
    /// <exception cref="RequeueException">The process stops and the database is away: nothing was handled.</exception>
    public Task Commit(
        Observation observation, Func<MessageRows, Task> handle, Func<string, RejectedRow> reject,
        DateTime? sentAt = null, ActivityContext trace = default) =>
        _loop.Enqueue(new PendingMessage(observation, handle, reject, sentAt, trace));

    /// <summary>
    /// Completes when each of the group is committed, or set aside because its run is archived, or has failed: the
    /// group says which have.
    /// </summary>
    public Task Commit(PendingGroup group, IReadOnlyList<PendingMessage> messages)
    {
        foreach (var message in messages)
            _loop.Enqueue(message);
        return group.Done;
    }

    /// <summary>Commits it with what else waits; whoever it names is told.</summary>
    public void Commit(PendingMessage message) => _ = _loop.Enqueue(message);

    /// <summary>Completes when the ledger has looked at the rows and what it found is committed.</summary>
    /// <inheritdoc
    /// cref="Commit(Observation, Func{MessageRows, Task}, Func{string, RejectedRow}, DateTime?, ActivityContext)"
    /// path="/exception"/>
    public Task Commit(DeadlineReached deadline, Func<MessageRows, Task> handle) =>
        _loop.Enqueue(new PendingMessage(deadline, handle));

    /// <summary>Completes when what was rejected is set aside.</summary>
    /// <inheritdoc
    /// cref="Commit(Observation, Func{MessageRows, Task}, Func{string, RejectedRow}, DateTime?, ActivityContext)"
    /// path="/exception"/>
    public Task Reject(RejectedRow rejected) => _loop.Enqueue(new PendingMessage(rejected));

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    async Task Attempt(List<PendingMessage> messages)
    {
        using var trace = LedgerTrace.Commit(messages.Select(message => message.Trace), messages.Count);
        try
        {
            var begun = _time.GetTimestamp();
            await Write(messages);
            _meter.Committed(messages.Count, _time.GetElapsedTime(begun));
        }
        catch (Exception e)
        {
            var fault = (e as StoreException)?.Fault;
            _meter.CommitFailed(fault);
            trace.Failed(e, LedgerMeter.ErrorType(fault));
            throw;
        }

        var now = _time.GetUtcNow().UtcDateTime;
        DateTime? last = null;
        foreach (var message in messages)
        {
            if (message.SentAt is { } sent)
                _meter.Lagged(now - (last = sent).Value);
        }

        _meter.Fresh(now, now - last);
        // The next batch need not wait for what becomes of these, and they need no thread each.
        ThreadPool.UnsafeQueueUserWorkItem(
            static done => Array.ForEach(done, message => message.Complete()), messages.ToArray(), preferLocal: false);
    }

    async Task Write(List<PendingMessage> messages)
    {
        var keys = BatchKeys.Of(messages);
        var batch = await _store.Begin(keys, CancellationToken.None);
        if (_options.Archive.Reopen && batch.Runs.Archived.Count + batch.Components.Archived.Count > 0)
        {
            // A transaction of its own: what is back, and whatever then becomes of this batch, is as it was.
            var reopened = batch.Runs.Archived.Values.Concat(batch.Components.Archived.Values).Distinct().ToList();
            await batch.DisposeAsync();
            await _store.Reopen(reopened, Now, CancellationToken.None);
            batch = await _store.Begin(keys, CancellationToken.None);
        }

        await using (batch)
            await Write(messages, batch);
    }

    async Task Write(List<PendingMessage> messages, ILedgerBatch batch)
    {
        var tally = new CommitTally(_meter);
        var runs = new BatchRows<RunRow>(batch.Runs);
        var components = new BatchRows<ComponentRow>(batch.Components);
        var rejected = new List<RejectedRow>();
        var failed = new List<PendingMessage>();
        var outbox = new List<ScheduledRow>();
        var taken = _options.Sealing.Enabled ? new List<UInt128>(messages.Count) : null;
        foreach (var message in messages)
        {
            if (message.Rejected is not null)
            {
                rejected.Add(message.Rejected);
                tally.Observed(message.Contract!.Value, Outcome.Rejected);
                continue;
            }

            if (message.Reject is not null && Archived(message, runs, components) is { } archived)
            {
                rejected.Add(message.Reject(
                    $"Its run {archived} is archived, so that this came too late. To have it counted set "
                        + "Archive__Reopen, or bring the run back with archive restore, and send it again."));
                tally.Observed(message.Contract!.Value, Outcome.Late);
                continue;
            }

            try
            {
                outbox.AddRange(await Handle(message, runs, components, tally, taken));
            }
            catch (Exception e)
            {
                // It alone fails: what it did was to its own copies.
                Fail(message, e);
                failed.Add(message);
            }
        }

        if (failed.Count > 0)
            messages.RemoveAll(failed.Contains);
        var changes = Changes(batch, runs, components, rejected);
        changes.Outbox.AddRange(outbox.DistinctBy(row => row.Token));
        if (taken is not null)
            changes.Taken.AddRange(taken);
        if (changes.Any)
            await batch.Commit(changes, CancellationToken.None);
        _dispatch?.Stored(changes.Outbox);
        tally.Tell();
    }

    void Fail(PendingMessage message, Exception exception)
    {
        var outcome = exception is RequeueException or NewerFoldException ? Outcome.Requeued : Outcome.Failed;
        if (message.Contract is { } contract && !(message.GoesOn && outcome == Outcome.Requeued))
            _meter.Observed(contract, outcome);
        message.Fail(exception);
    }

    static Guid? Archived(PendingMessage message, BatchRows<RunRow> runs, BatchRows<ComponentRow> components) =>
        runs.Archived(message.RunId, message.RunKey)
        ?? (message.ComponentId is { } component ? components.Archived(component, message.ComponentKey) : null);

    static async Task<IReadOnlyList<ScheduledRow>> Handle(
        PendingMessage message, BatchRows<RunRow> runs, BatchRows<ComponentRow> components, CommitTally tally,
        List<UInt128>? taken)
    {
        var rows = new MessageRows { Run = runs.Find(message.RunId, message.RunKey) };
        if (message.ComponentId is { } component)
            rows.Component = components.Find(component, message.ComponentKey);
        var (runBefore, componentBefore) = (rows.Run, rows.Component);
        await message.Handle(rows);
        tally.Changed(runBefore, rows.Run);
        tally.Changed(componentBefore, rows.Component);
        if (message.Contract is { } contract)
        {
            var known = Fold.Same(runBefore?.Fold, rows.Run?.Fold)
                && Fold.Same(componentBefore?.Fold, rows.Component?.Fold);
            tally.Observed(contract, known ? Outcome.Duplicate : Outcome.Recorded);
            if (!known)
                taken?.Add(message.Hash);
        }

        if (rows.Run is { } run)
            runs.Put(message.RunId, message.RunKey, run);
        if (message.ComponentId is { } id && rows.Component is { } detail)
            components.Put(id, message.ComponentKey, detail);
        return rows.Outbox;
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

    DateTime Now => LedgerTime.Time(LedgerTime.Of(_time.GetUtcNow()));
}
