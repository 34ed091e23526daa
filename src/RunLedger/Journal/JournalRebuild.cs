using Microsoft.Extensions.Logging;
using Npgsql;
using RunLedger.Batching;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Direct;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Schema;
using RunLedger.Storage.Postgres;
using RunLedger.Telemetry;

namespace RunLedger.Journal;

/// <summary>
/// Takes what the stream holds as the ledger takes it, by the same reading, judging, fold and store, into the tables of
/// a schema. What the ledger does by its own clock (deadlines, sweeps, retention, notices) is left out.
/// </summary>
sealed class JournalRebuild : IAsyncDisposable
{
    static readonly TimeSpan Ahead = TimeSpan.FromHours(24);
    static readonly TimeSpan WriteEvery = TimeSpan.FromSeconds(5);

    const int BackFilled = 500;

    readonly JournalSchema _schema;
    readonly JournalReader _reader;
    readonly JournalReading _reading;
    readonly JournalTimes _times;
    readonly RunLedgerOptions _options;
    readonly TimeProvider _time;
    readonly ArrivalClock _arrival;
    readonly ObservationValidator _door;
    readonly DeadlineEvaluator _deadlines;
    readonly NpgsqlDataSource _database;
    readonly LedgerMeter _meter;
    readonly GroupCommitter _committer;
    readonly DefinitionStore _definitions;
    readonly UnderWay _underWay = new();
    readonly Action<string> _say;
    volatile Exception? _fault;
    long _rejected;

    /// <param name="schema">Where to.</param>
    /// <param name="reader">Where from.</param>
    /// <param name="options">Of the ledger whose journal it is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Who is told that the database is away.</param>
    /// <param name="say">Is told of each message that is not taken.</param>
    public JournalRebuild(
        JournalSchema schema, JournalReader reader, RunLedgerOptions options, TimeProvider time,
        ILogger<GroupCommitter> logger, Action<string> say)
    {
        (_schema, _reader, _options, _time, _say) = (schema, reader, options, time, say);
        var rejections = new Rejections(time);
        _reading = new(options.QueueName, rejections);
        _times = new(at => reader.FirstAt(at, CancellationToken.None), time.GetUtcNow().UtcDateTime);
        _arrival = new(time);
        _door = new(options, _arrival);
        _deadlines = new(options, time);
        _database = LedgerStore.Connect(schema.ConnectionString);
        _meter = new(time: time);
        _committer = new(new LedgerStore(_database), options, time, logger, _meter);
        _definitions = new(_database);
    }

    /// <summary>Reads from where it is to its last offset.</summary>
    /// <returns>How it ended.</returns>
    /// <exception cref="JournalException">It could not; it can go on later.</exception>
    public async Task<JournalProgress> Run(
        JournalProgress progress, Action<JournalProgress> told, CancellationToken cancellationToken)
    {
        var written = _time.GetTimestamp();
        _rejected = progress.Rejected;
        await foreach (var message in _reader.Read(progress.Next, progress.Last, cancellationToken))
        {
            progress = progress with
            {
                Missing = progress.Missing + message.Offset - progress.Next,
                Messages = progress.Messages + 1,
                Next = message.Offset + 1,
            };
            progress = await Take(message, progress, cancellationToken);
            if (_time.GetElapsedTime(written) < WriteEvery)
                continue;
            told(progress = await Write(progress, cancellationToken));
            written = _time.GetTimestamp();
        }

        progress = await Write(progress, cancellationToken);
        await Define(cancellationToken);
        return await Write(progress with { Next = progress.Last + 1, IsDone = true }, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _committer.DisposeAsync();
        _meter.Dispose();
        await _database.DisposeAsync();
    }

    async Task<JournalProgress> Take(
        JournalMessage message, JournalProgress progress, CancellationToken cancellationToken)
    {
        foreach (var part in _reading.Read(message.Delivery))
        {
            if (_fault is { } fault)
                throw new JournalException(fault.Message);
            var reason = part.Reason;
            switch (part.Message)
            {
                case RunObservation sent:
                    _arrival.Said = await Said(message.Offset, sent.OccurredAt);
                    if (_door.TryValidate(sent, out var observation, out reason))
                    {
                        Enter(message.Offset, observation, part);
                        progress = progress with { Observations = progress.Observations + 1 };
                        reason = null;
                    }

                    break;
                case ProcessDefined defined:
                    _arrival.Said = await Said(message.Offset, defined.OccurredAt);
                    if ((reason = _door.FaultOf(defined)) is null)
                    {
                        await _definitions.Define(ShortText.Shorten(defined), cancellationToken);
                        progress = progress with { Definitions = progress.Definitions + 1 };
                    }

                    break;
            }

            if (reason is not null)
                Reject(message.Offset, part, reason);
            await _underWay.Until(2 * _options.MaxBatchSize).WaitAsync(cancellationToken);
        }

        return progress;
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
        if (occurredAt < DateTimeOffset.MinValue + Ahead)
            return null;
        var since = (occurredAt - Ahead).UtcDateTime;
        return since > _time.GetUtcNow() || await _times.CameSince(offset, since)
            ? null
            : since.AddSeconds(-1);
    }

    async Task<JournalProgress> Write(JournalProgress progress, CancellationToken cancellationToken)
    {
        await _underWay.Until(0).WaitAsync(cancellationToken);
        if (_fault is { } fault)
            throw new JournalException(fault.Message);
        progress = progress with { Rejected = Interlocked.Read(ref _rejected) };
        await _schema.Write(progress, cancellationToken);
        return progress;
    }

    async Task Define(CancellationToken cancellationToken)
    {
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "select process_candidate_code, process_definition_code from process_definition", connection);
        foreach (var (candidate, definition) in await command.List(
            row => (row.GetString(0), row.GetString(1)), cancellationToken))
        {
            while (await _definitions.BackFill(candidate, definition, BackFilled, cancellationToken) > 0)
            {
                // The next slice.
            }
        }
    }
}
