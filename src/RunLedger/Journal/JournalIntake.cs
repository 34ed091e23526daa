using Microsoft.Extensions.Logging;
using Npgsql;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Direct;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Storage.Postgres;
using RunLedger.Telemetry;

namespace RunLedger.Journal;

/// <summary>
/// Takes the parts of a message as the ledger takes them, by the same judging, fold and store. What the ledger does by
/// its own clock (deadlines, sweeps, retention, notices) is left out.
/// </summary>
sealed class JournalIntake : IAsyncDisposable
{
    static readonly TimeSpan Ahead = TimeSpan.FromHours(24);

    readonly RunLedgerOptions _options;
    readonly JournalTimes _times;
    readonly TimeProvider _time;
    readonly ArrivalClock _arrival;
    readonly ObservationValidator _door;
    readonly DeadlineEvaluator _deadlines;
    readonly LedgerMeter _meter;
    readonly GroupCommitter _committer;
    readonly DefinitionStore _definitions;
    readonly UnderWay _underWay = new();
    readonly Action<string> _say;
    volatile Exception? _fault;
    long _rejected;

    public JournalIntake(
        NpgsqlDataSource database, RunLedgerOptions options, JournalTimes times, TimeProvider time,
        ILogger<GroupCommitter> logger, Action<string> say)
    {
        (_options, _times, _time, _say) = (options, times, time, say);
        _arrival = new(time);
        _door = new(options, _arrival);
        _deadlines = new(options, time);
        _meter = new(time: time);
        _committer = new(new LedgerStore(database), options, time, logger, _meter);
        _definitions = new(database);
    }

    /// <summary>How many parts were set aside.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    /// <summary>What it is: an observation, a definition, or neither, which is set aside.</summary>
    public async Task<JournalTaken> Take(long offset, JournalPart part, CancellationToken cancellationToken)
    {
        ThrowFault();
        var (taken, reason) = (JournalTaken.Rejected, part.Reason);
        switch (part.Message)
        {
            case RunObservation sent:
                _arrival.Said = await Said(offset, sent.OccurredAt);
                if (_door.TryValidate(sent, out var observation, out reason))
                {
                    Enter(offset, observation, part);
                    taken = JournalTaken.Observation;
                }

                break;
            case ProcessDefined defined:
                _arrival.Said = await Said(offset, defined.OccurredAt);
                if ((reason = _door.FaultOf(defined)) is null)
                {
                    await _definitions.Define(ShortText.Shorten(defined), cancellationToken);
                    taken = JournalTaken.Definition;
                }

                break;
        }

        if (taken == JournalTaken.Rejected)
            Reject(offset, part, reason!);
        await _underWay.Until(2 * _options.MaxBatchSize).WaitAsync(cancellationToken);
        return taken;
    }

    /// <summary>Completes when all that was taken is committed.</summary>
    /// <exception cref="JournalException">It is not.</exception>
    public async Task Settle(CancellationToken cancellationToken)
    {
        await _underWay.Until(0).WaitAsync(cancellationToken);
        ThrowFault();
    }

    public async ValueTask DisposeAsync()
    {
        await _committer.DisposeAsync();
        _meter.Dispose();
    }

    void Enter(long offset, Observation observation, JournalPart part)
    {
        _underWay.Enter();
        _committer.Commit(new PendingMessage(
            observation,
            rows => _deadlines.Fold(rows, observation),
            part.Reject,
            settle: (_, fault) =>
            {
                if (fault is RequeueException)
                    _fault = fault;
                else if (fault is not null)
                    Reject(offset, part, $"{fault.GetType().Name}: {fault.Message}");
                _underWay.Leave();
            }));
    }

    void Reject(long offset, JournalPart part, string reason)
    {
        Interlocked.Increment(ref _rejected);
        _say($"offset {offset}, {part.Contract ?? "no contract"}: {reason}");
        _underWay.Enter();
        _committer.Commit(new PendingMessage(
            part.Reject(reason),
            (_, fault) =>
            {
                _fault ??= fault;
                _underWay.Leave();
            }));
    }

    /// <summary>What is a day ahead of when it came was rejected then, and by now may be over.</summary>
    async Task<DateTimeOffset?> Said(long offset, DateTimeOffset occurredAt)
    {
        if (occurredAt < DateTimeOffset.UnixEpoch)
            return null;
        var since = (occurredAt - Ahead).UtcDateTime;
        return since > _time.GetUtcNow().UtcDateTime || await _times.CameSince(offset, since)
            ? null
            : new DateTimeOffset(since).AddSeconds(-1);
    }

    void ThrowFault()
    {
        if (_fault is { } fault)
            throw new JournalException(fault.Message);
    }
}
