using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RunLedger.Client.Sending;

/// <summary>
/// Sends what callers reported to the ledger, in order. While the ledger is unavailable it waits in the spool where
/// there is one, else in memory. No error reaches the caller.
/// </summary>
sealed partial class Sender(Outbox outbox, ITransport transport, ILogger<Sender> logger)
    : IHostedLifecycleService, IAsyncDisposable
{
    const int MaxBatch = 500;
    static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan TakeOverInterval = TimeSpan.FromMinutes(1);
    static readonly TimeSpan InitialBackoff = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(15);
    static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(5);

    readonly RunLedgerClientOptions _options = outbox.Options;
    readonly TimeProvider _time = outbox.Time;
    readonly CancellationTokenSource _closing = new();
    readonly CancellationTokenSource _stop = new();
    readonly List<ReadOnlyMemory<byte>> _batch = [];
    Spool? _spool;
    Task? _loop;
    Task<bool>? _waitForReports;
    bool _unavailable;
    long _flushed;
    long _rejected;
    long _loggedDropped;
    long _loggedRejectedRuns;
    bool _stopped;

    /// <summary>How many observations the ledger or the broker has accepted.</summary>
    public long Sent { get; private set; }

    /// <summary>How many observations were lost: dropped, incomplete in the spool, or rejected by the ledger.</summary>
    public long Lost => outbox.Dropped + (_spool?.Dropped ?? 0) + (_spool?.Incomplete ?? 0) + _rejected;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A MassTransit test harness starts hosted services a second time.
        _loop ??= Task.Run(Run, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Waits until what was reported so far is sent or spooled, up to <see cref="RunLedgerClientOptions.FlushLimit"/>.
    /// Other services are still stopping, such as a bus that waits for its consumers, so that more may be reported.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_loop is null)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.FlushLimit);
        await Flush(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Every other service has stopped: what they reported last is sent, spooled or abandoned.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        outbox.Close();
        if (_loop is null || Interlocked.Exchange(ref _stopped, true))
            return;
        await _closing.CancelAsync().ConfigureAwait(false);
        // By the real clock, because a test's may stand still.
        await _loop.WaitAsync(_options.FlushLimit, TimeProvider.System, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.WaitAsync(AbortTimeout, TimeProvider.System, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_loop.IsCompleted)
            _spool?.Dispose();
    }

    // The container has registered it twice and disposes it twice.
    public async ValueTask DisposeAsync() => await StoppedAsync(CancellationToken.None).ConfigureAwait(false);

    /// <summary>Waits until what was reported before is sent, spooled or dropped.</summary>
    public async Task Flush(CancellationToken cancellationToken)
    {
        var added = outbox.Added;
        while (Interlocked.Read(ref _flushed) + outbox.Dropped < added)
            await Task.Delay(PollInterval, TimeProvider.System, cancellationToken).ConfigureAwait(false);
    }

    async Task Run()
    {
        OpenSpool();
        var pause = InitialBackoff;
        while (true)
        {
            try
            {
                LogLosses();
                if (!_unavailable
                    && _spool is not { IsEmpty: false }
                    && _batch.Count == 0
                    && !await WaitForReports().ConfigureAwait(false))
                    return;
                TakeBatch();
                if (await SendOldest().ConfigureAwait(false))
                {
                    pause = InitialBackoff;
                    continue;
                }

                // Unavailable: once everything is on disk, a process that stops need not wait any longer.
                if (outbox.Reader.Completion.IsCompleted && _batch.Count == 0)
                    return;
                var rest = Backoff(pause);
                await SpoolUntil(rest).ConfigureAwait(false);
                if (!outbox.Reader.Completion.IsCompleted || _batch.Count > 0)
                    await rest.ConfigureAwait(false);
                pause = pause * 2 < MaxBackoff ? pause * 2 : MaxBackoff;
                _spool?.TakeOver();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // Unexpected; the caller must not notice.
                LogFailed(logger, e);
                await Task.Delay(InitialBackoff, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            }
        }

        Abandon();
    }

    /// <summary>
    /// Waits for reports, and meanwhile takes over the spool files of processes that have died. False where no more
    /// will come.
    /// </summary>
    async Task<bool> WaitForReports()
    {
        while (true)
        {
            _waitForReports ??= outbox.Reader.WaitToReadAsync(_stop.Token).AsTask();
            if (!_waitForReports.IsCompleted)
                await Task.WhenAny(_waitForReports, Task.Delay(TakeOverInterval, _time, _stop.Token))
                    .ConfigureAwait(false);
            if (_waitForReports.IsCompleted)
            {
                var more = _waitForReports;
                _waitForReports = null;
                return await more.ConfigureAwait(false);
            }

            LogLosses();
            _spool?.TakeOver();
            if (_spool is { IsEmpty: false })
                return true;
        }
    }

    /// <summary>A host that stops cuts the pause short, for one more attempt at once.</summary>
    async Task Backoff(TimeSpan pause)
    {
        var until = _closing.IsCancellationRequested ? _stop.Token : _closing.Token;
        await Task.Delay(pause, _time, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Takes a batch from the outbox; it goes to the spool where older observations wait there.</summary>
    void TakeBatch()
    {
        while (_batch.Count < MaxBatch && outbox.Reader.TryRead(out var report))
            AddToBatch(report);
        if (_spool is not null && _batch.Count > 0 && (_unavailable || !_spool.IsEmpty))
            TrySpool(spool => spool.Append(_batch));
    }

    void AddToBatch(OutboxEntry report)
    {
        try
        {
            _batch.Add(ObservationLine.Serialize(report));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _rejected++;
            Interlocked.Increment(ref _flushed);
            LogRejected(logger, 1, Sanitizer.Line(e.Message));
        }
    }

    /// <summary>Moves the batch to the spool; where that fails it waits in memory, as without a spool.</summary>
    /// <param name="put">Writes to the spool.</param>
    /// <param name="from">The first observation of the batch to move.</param>
    bool TrySpool(Action<Spool> put, int from = 0)
    {
        try
        {
            put(_spool!);
            Interlocked.Add(ref _flushed, _batch.Count - from);
            _batch.RemoveRange(from, _batch.Count - from);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogSpoolFailed(logger, _options.SpoolDirectory!, Sanitizer.Line(e.Message));
            return false;
        }
    }

    /// <summary>
    /// Spools new observations until a task is done: all of them while the ledger is unavailable, so that they survive
    /// this process, else those for which the outbox would soon have no room.
    /// </summary>
    async Task SpoolUntil(Task task)
    {
        while (_spool is not null && !task.IsCompleted)
        {
            _waitForReports ??= outbox.Reader.WaitToReadAsync(_stop.Token).AsTask();
            await Task.WhenAny(task, _waitForReports).ConfigureAwait(false);
            if (!_waitForReports.IsCompletedSuccessfully || !_waitForReports.Result)
                break;
            if (!_unavailable && outbox.Reader.Count <= _options.BufferSize / 2)
            {
                await Task.WhenAny(task, Task.Delay(PollInterval, TimeProvider.System, CancellationToken.None))
                    .ConfigureAwait(false);
                continue;
            }

            _waitForReports = null;
            // The batch that is being sent is older than the new observations and stays in front of them.
            var held = _batch.Count;
            while (_batch.Count < held + MaxBatch && outbox.Reader.TryRead(out var report))
                AddToBatch(report);
            var come = _batch[held..];
            if (!TrySpool(spool => spool.Append(come), held))
                break;
        }
    }

    /// <summary>Sends the oldest observations; false where the ledger is unavailable.</summary>
    async Task<bool> SendOldest()
    {
        var spooled = _spool is { IsEmpty: false } ? _spool.Peek(MaxBatch) : [];
        var lines = spooled.Count > 0 ? spooled : [.. _batch];
        if (lines.Count == 0)
            return true;
        try
        {
            using var limit = new CancellationTokenSource(_options.SendTimeout, _time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
            // WaitAsync: the transport may ignore the token.
            var sending = transport.Send(lines, end.Token).WaitAsync(end.Token);
            await SpoolUntil(sending).ConfigureAwait(false);
            var rejected = await sending.ConfigureAwait(false);
            Sent += lines.Count - rejected.Count;
            _rejected += rejected.Count;
            if (rejected.Count > 0)
                LogRejected(logger, rejected.Count, Sanitizer.Line(rejected[0]));
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            if (!_unavailable)
                LogUnavailable(
                    logger,
                    Sanitizer.Line(e.Message),
                    _spool is null ? "in memory" : $"in {_options.SpoolDirectory}");
            _unavailable = true;
            // The batch is older than what was spooled meanwhile.
            if (_spool is not null && _batch.Count > 0)
                TrySpool(spool => spool.Prepend(_batch));
            return false;
        }

        if (_unavailable)
            LogAvailable(logger);
        _unavailable = false;
        if (spooled.Count > 0)
        {
            _spool!.Remove(spooled.Count);
            return true;
        }

        _batch.RemoveRange(0, lines.Count);
        Interlocked.Add(ref _flushed, lines.Count);
        return true;
    }

    void OpenSpool()
    {
        if (_options.SpoolDirectory is not { } folder)
            return;
        try
        {
            _spool = new Spool(folder, _options.MaxSpoolBytes);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            LogSpoolFailed(logger, folder, Sanitizer.Line(e.Message));
        }
    }

    // The time to stop is over: what is not in the spool goes there.
    void Abandon()
    {
        while (outbox.Reader.TryRead(out var report))
            AddToBatch(report);
        if (_spool is not null)
            TrySpool(spool => spool.Append(_batch));
        if (_batch.Count == 0)
            return;
        _rejected += _batch.Count;
        LogAbandoned(logger, _batch.Count);
    }

    // One line for all since the last: the log must not be flooded.
    void LogLosses()
    {
        var dropped = outbox.Dropped + (_spool?.Dropped ?? 0);
        if (dropped > _loggedDropped && !_unavailable)
        {
            LogDropped(logger, dropped - _loggedDropped, dropped);
            _loggedDropped = dropped;
        }

        if (outbox.RejectedRuns > _loggedRejectedRuns)
        {
            LogRejectedRuns(logger, outbox.RejectedRuns - _loggedRejectedRuns);
            _loggedRejectedRuns = outbox.RejectedRuns;
        }
    }

    // The names of the events are what they were first called: logs are searched by them.
    [LoggerMessage(
        60, LogLevel.Warning, "Runs cannot be reported: {Reason} Observations wait {Where}.", EventName = "Away")]
    static partial void LogUnavailable(ILogger logger, string reason, string where);

    [LoggerMessage(61, LogLevel.Information, "Runs are reported again.", EventName = "Back")]
    static partial void LogAvailable(ILogger logger);

    [LoggerMessage(
        62,
        LogLevel.Warning,
        "{Count} observations, the oldest, were dropped because there was no room; {Total} since the start.",
        EventName = "Dropped")]
    static partial void LogDropped(ILogger logger, long count, long total);

    [LoggerMessage(
        63, LogLevel.Warning, "The ledger refuses {Count} observations; the first: {Reason}", EventName = "Refused")]
    static partial void LogRejected(ILogger logger, int count, string reason);

    [LoggerMessage(
        64,
        LogLevel.Warning,
        "Observations cannot be spooled to {Folder}: {Reason} They wait in memory.",
        EventName = "NoSpool")]
    static partial void LogSpoolFailed(ILogger logger, string folder, string reason);

    [LoggerMessage(
        65,
        LogLevel.Warning,
        "{Count} observations were not sent before the host stopped, and there is no spool.",
        EventName = "GivenUp")]
    static partial void LogAbandoned(ILogger logger, int count);

    [LoggerMessage(
        66,
        LogLevel.Warning,
        "{Count} runs are not reported: they have no candidate.",
        EventName = "NoCandidate")]
    static partial void LogRejectedRuns(ILogger logger, long count);

    [LoggerMessage(67, LogLevel.Error, "Observations could not be sent. It is tried again.", EventName = "Failed")]
    static partial void LogFailed(ILogger logger, Exception exception);
}
