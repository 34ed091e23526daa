using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RunLedger.Client.Sending;

/// <summary>
/// Takes what callers reported and hands it to the ledger, in order. While nobody takes it, it waits in the spool where
/// there is one, else in memory. Nothing that goes wrong here reaches who reports.
/// </summary>
sealed partial class Sender(Outbox outbox, ITransport transport, ILogger<Sender> logger)
    : IHostedLifecycleService, IAsyncDisposable
{
    const int MaxBatch = 500;
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan LookAround = TimeSpan.FromMinutes(1);
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    static readonly TimeSpan LastLimit = TimeSpan.FromSeconds(5);

    readonly RunLedgerClientOptions _options = outbox.Options;
    readonly TimeProvider _time = outbox.Time;
    readonly CancellationTokenSource _closing = new();
    readonly CancellationTokenSource _stop = new();
    readonly List<ReadOnlyMemory<byte>> _inHand = [];
    Spool? _spool;
    Task? _loop;
    Task<bool>? _more;
    bool _away;
    long _settled;
    long _refused;
    long _toldDropped;
    long _toldRefused;
    bool _ended;

    /// <summary>How many were handed over.</summary>
    public long Sent { get; private set; }

    /// <summary>How many went nowhere: no room, cut, or refused by the ledger.</summary>
    public long Lost => outbox.Dropped + (_spool?.Dropped ?? 0) + (_spool?.Broken ?? 0) + _refused;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A test harness starts it too.
        _loop ??= Task.Run(Run, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// What was reported so far is sent, or spooled, or waits on after <see cref="RunLedgerClientOptions.FlushLimit"/>.
    /// Others stop still, a bus among them that waits for its consumers: more may come.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_loop is null)
            return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.FlushLimit);
        await Settled(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>All others have stopped: what they reported last is sent, or spooled, or given up.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        outbox.Close();
        if (_loop is null || Interlocked.Exchange(ref _ended, true))
            return;
        await _closing.CancelAsync().ConfigureAwait(false);
        // By the real clock: a test's may stand still.
        await _loop.WaitAsync(_options.FlushLimit, TimeProvider.System, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.WaitAsync(LastLimit, TimeProvider.System, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_loop.IsCompleted)
            _spool?.Dispose();
    }

    // The container knows it by two names.
    public async ValueTask DisposeAsync() => await StoppedAsync(CancellationToken.None).ConfigureAwait(false);

    /// <summary>Waits until what was reported before is sent, spooled or dropped.</summary>
    public async Task Settled(CancellationToken cancellationToken)
    {
        var added = outbox.Added;
        while (Interlocked.Read(ref _settled) + outbox.Dropped < added)
            await Task.Delay(LookEvery, TimeProvider.System, cancellationToken).ConfigureAwait(false);
    }

    async Task Run()
    {
        OpenSpool();
        var pause = FirstPause;
        while (true)
        {
            try
            {
                Tell();
                if (!_away
                    && _spool is not { IsEmpty: false }
                    && _inHand.Count == 0
                    && !await More().ConfigureAwait(false))
                    return;
                Take();
                if (await SendOldest().ConfigureAwait(false))
                {
                    pause = FirstPause;
                    continue;
                }

                // Nobody takes it: where it is on disk a process that stops need not wait any longer.
                if (outbox.Waiting.Completion.IsCompleted && _inHand.Count == 0)
                    return;
                var rest = Pause(pause);
                await Spooling(rest).ConfigureAwait(false);
                if (!outbox.Waiting.Completion.IsCompleted || _inHand.Count > 0)
                    await rest.ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                _spool?.TakeOver();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                // Unforeseen; who reports must not notice.
                Failed(logger, e);
                await Task.Delay(FirstPause, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            }
        }

        Abandon();
    }

    /// <summary>
    /// Waits for reports; meanwhile others may die and leave their spool. False where no more will come.
    /// </summary>
    async Task<bool> More()
    {
        while (true)
        {
            _more ??= outbox.Waiting.WaitToReadAsync(_stop.Token).AsTask();
            if (!_more.IsCompleted)
                await Task.WhenAny(_more, Task.Delay(LookAround, _time, _stop.Token)).ConfigureAwait(false);
            if (_more.IsCompleted)
            {
                var more = _more;
                _more = null;
                return await more.ConfigureAwait(false);
            }

            Tell();
            _spool?.TakeOver();
            if (_spool is { IsEmpty: false })
                return true;
        }
    }

    /// <summary>Who stops in the middle of it wants one more attempt now, not at its end.</summary>
    async Task Pause(TimeSpan pause)
    {
        var until = _closing.IsCancellationRequested ? _stop.Token : _closing.Token;
        await Task.Delay(pause, _time, until).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Takes a batch in hand; where there is a spool and somebody waits before it, it goes there.</summary>
    void Take()
    {
        while (_inHand.Count < MaxBatch && outbox.Waiting.TryRead(out var report))
            Hold(report);
        if (_spool is not null && _inHand.Count > 0 && (_away || !_spool.IsEmpty))
            ToSpool(spool => spool.Append(_inHand));
    }

    void Hold(Report report)
    {
        try
        {
            _inHand.Add(Line.Write(report));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _refused++;
            Interlocked.Increment(ref _settled);
            Refused(logger, 1, e.Message);
        }
    }

    /// <summary>
    /// Puts what is in hand into the spool; where that cannot be it waits in memory, as if there were none.
    /// </summary>
    /// <param name="put">Puts it there.</param>
    /// <param name="from">The first that is put there.</param>
    bool ToSpool(Action<Spool> put, int from = 0)
    {
        try
        {
            put(_spool!);
            Interlocked.Add(ref _settled, _inHand.Count - from);
            _inHand.RemoveRange(from, _inHand.Count - from);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            NoSpool(logger, _options.SpoolDirectory!, e.Message);
            return false;
        }
    }

    /// <summary>
    /// Spools what comes until a task is done: at once while nobody takes it, so that it survives this process, else
    /// what there would soon be no room for.
    /// </summary>
    async Task Spooling(Task task)
    {
        while (_spool is not null && !task.IsCompleted)
        {
            _more ??= outbox.Waiting.WaitToReadAsync(_stop.Token).AsTask();
            await Task.WhenAny(task, _more).ConfigureAwait(false);
            if (!_more.IsCompletedSuccessfully || !_more.Result)
                break;
            if (!_away && outbox.Waiting.Count <= _options.BufferSize / 2)
            {
                await Task.WhenAny(task, Task.Delay(LookEvery, TimeProvider.System, CancellationToken.None))
                    .ConfigureAwait(false);
                continue;
            }

            _more = null;
            // While a batch is in hand for the first time, it is older than what comes now.
            var held = _inHand.Count;
            while (_inHand.Count < held + MaxBatch && outbox.Waiting.TryRead(out var report))
                Hold(report);
            var come = _inHand[held..];
            if (!ToSpool(spool => spool.Append(come), held))
                break;
        }
    }

    /// <summary>Whether somebody took the oldest that wait.</summary>
    async Task<bool> SendOldest()
    {
        var spooled = _spool is { IsEmpty: false } ? _spool.Peek(MaxBatch) : [];
        var lines = spooled.Count > 0 ? spooled : [.. _inHand];
        if (lines.Count == 0)
            return true;
        try
        {
            using var limit = new CancellationTokenSource(_options.SendTimeout, _time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
            // Whether it heeds the limit or not.
            var sending = transport.Send(lines, end.Token).WaitAsync(end.Token);
            await Spooling(sending).ConfigureAwait(false);
            var refused = await sending.ConfigureAwait(false);
            Sent += lines.Count - refused.Count;
            _refused += refused.Count;
            if (refused.Count > 0)
                Refused(logger, refused.Count, refused[0]);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            if (!_away)
                Away(logger, e.Message, _spool is null ? "in memory" : $"in {_options.SpoolDirectory}");
            _away = true;
            // Older than what was spooled meanwhile.
            if (_spool is not null && _inHand.Count > 0)
                ToSpool(spool => spool.Prepend(_inHand));
            return false;
        }

        if (_away)
            Back(logger);
        _away = false;
        if (spooled.Count > 0)
        {
            _spool!.Remove(spooled.Count);
            return true;
        }

        _inHand.RemoveRange(0, lines.Count);
        Interlocked.Add(ref _settled, lines.Count);
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
            NoSpool(logger, folder, e.Message);
        }
    }

    // The time of a stop is over: what is not on disk goes there.
    void Abandon()
    {
        while (outbox.Waiting.TryRead(out var report))
            Hold(report);
        if (_spool is not null)
            ToSpool(spool => spool.Append(_inHand));
        if (_inHand.Count == 0)
            return;
        _refused += _inHand.Count;
        GivenUp(logger, _inHand.Count);
    }

    // Once for as many as there were since: a log that is flooded helps nobody.
    void Tell()
    {
        var dropped = outbox.Dropped + (_spool?.Dropped ?? 0);
        if (dropped > _toldDropped && !_away)
        {
            Dropped(logger, dropped - _toldDropped, dropped);
            _toldDropped = dropped;
        }

        if (outbox.Refused > _toldRefused)
        {
            NoCandidate(logger, outbox.Refused - _toldRefused);
            _toldRefused = outbox.Refused;
        }
    }

    [LoggerMessage(60, LogLevel.Warning, "Runs cannot be reported: {Reason} Observations wait {Where}.")]
    static partial void Away(ILogger logger, string reason, string where);

    [LoggerMessage(61, LogLevel.Information, "Runs are reported again.")]
    static partial void Back(ILogger logger);

    [LoggerMessage(
        62,
        LogLevel.Warning,
        "{Count} observations, the oldest, were dropped because there was no room; {Total} since the start.")]
    static partial void Dropped(ILogger logger, long count, long total);

    [LoggerMessage(63, LogLevel.Warning, "The ledger refuses {Count} observations; the first: {Reason}")]
    static partial void Refused(ILogger logger, int count, string reason);

    [LoggerMessage(64, LogLevel.Warning, "Observations cannot be spooled to {Folder}: {Reason} They wait in memory.")]
    static partial void NoSpool(ILogger logger, string folder, string reason);

    [LoggerMessage(
        65, LogLevel.Warning, "{Count} observations were not sent before the host stopped, and there is no spool.")]
    static partial void GivenUp(ILogger logger, int count);

    [LoggerMessage(
        66, LogLevel.Warning, "{Count} runs are not reported: a candidate is 1 to 512 characters of text without NUL.")]
    static partial void NoCandidate(ILogger logger, long count);

    [LoggerMessage(67, LogLevel.Error, "Observations could not be sent. It is tried again.")]
    static partial void Failed(ILogger logger, Exception exception);
}
