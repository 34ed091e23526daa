using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RunLedger.Client.Sending;

/// <summary>
/// Takes what callers reported and hands it to the ledger, in order. While nobody takes it, it waits in the spool where
/// there is one, else in memory. Nothing that goes wrong here reaches who reports.
/// </summary>
sealed partial class Sender(Outbox outbox, ITransport transport, ILogger<Sender> logger) : IHostedService, IAsyncDisposable
{
    const int MaxBatch = 500;
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    readonly RunLedgerClientOptions _options = outbox.Options;
    readonly TimeProvider _time = outbox.Time;
    readonly CancellationTokenSource _closing = new();
    readonly CancellationTokenSource _stop = new();
    readonly List<ReadOnlyMemory<byte>> _inHand = [];
    Spool? _spool;
    Task? _loop;
    bool _away;
    long _refused;
    long _toldDropped;
    long _toldRefused;
    bool _disposed;

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

    /// <summary>What was reported is sent, or spooled, or after <see cref="RunLedgerClientOptions.FlushLimit"/> given up.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_loop is null || _stop.IsCancellationRequested)
            return;
        outbox.Close();
        await _closing.CancelAsync().ConfigureAwait(false);
        // By the real clock: a test's may stand still.
        await _loop.WaitAsync(_options.FlushLimit, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        // The container knows it by two names.
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _spool?.Dispose();
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
                if (!_away && _spool is not { IsEmpty: false } && _inHand.Count == 0
                    && !await outbox.Waiting.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
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
                await Pause(pause).ConfigureAwait(false);
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
            _inHand.Add(Line.Write(report));
        if (_spool is not null && _inHand.Count > 0 && (_away || !_spool.IsEmpty))
            ToSpool(spool => spool.Append(_inHand));
    }

    /// <summary>Puts what is in hand into the spool; where that cannot be it waits in memory, as if there were none.</summary>
    void ToSpool(Action<Spool> put)
    {
        try
        {
            put(_spool!);
            _inHand.Clear();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            NoSpool(logger, _options.SpoolDirectory!, e.Message);
        }
    }

    /// <summary>Sends, and spools meanwhile what comes faster than there is room for.</summary>
    async Task<IReadOnlyList<string>> Send(List<ReadOnlyMemory<byte>> lines, CancellationToken cancellationToken)
    {
        var sending = transport.Send(lines, cancellationToken);
        while (_spool is not null && !sending.IsCompleted)
        {
            await Task.WhenAny(sending, Task.Delay(LookEvery, _time, CancellationToken.None)).ConfigureAwait(false);
            if (outbox.Waiting.Count <= _options.BufferSize / 2)
                continue;
            var come = new List<ReadOnlyMemory<byte>>();
            while (outbox.Waiting.TryRead(out var report))
                come.Add(Line.Write(report));
            try
            {
                _spool.Append(come);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _refused += come.Count;
                NoSpool(logger, _options.SpoolDirectory!, e.Message);
            }
        }

        return await sending.ConfigureAwait(false);
    }

    /// <summary>Whether somebody took the oldest that wait.</summary>
    async Task<bool> SendOldest()
    {
        var spooled = _spool is { IsEmpty: false } ? _spool.Peek(MaxBatch) : [];
        var lines = spooled.Count > 0 ? spooled : _inHand;
        if (lines.Count == 0)
            return true;
        try
        {
            using var limit = new CancellationTokenSource(_options.SendTimeout, _time);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
            var refused = await Send(lines, end.Token).ConfigureAwait(false);
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
            _spool!.Remove(spooled.Count);
        else
            _inHand.Clear();
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            NoSpool(logger, folder, e.Message);
        }
    }

    // The time of a stop is over: what is not on disk goes there.
    void Abandon()
    {
        while (outbox.Waiting.TryRead(out var report))
            _inHand.Add(Line.Write(report));
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

    [LoggerMessage(62, LogLevel.Warning, "{Count} observations, the oldest, were dropped because there was no room; {Total} since the start.")]
    static partial void Dropped(ILogger logger, long count, long total);

    [LoggerMessage(63, LogLevel.Warning, "The ledger refuses {Count} observations; the first: {Reason}")]
    static partial void Refused(ILogger logger, int count, string reason);

    [LoggerMessage(64, LogLevel.Warning, "Observations cannot be spooled to {Folder}: {Reason} They wait in memory.")]
    static partial void NoSpool(ILogger logger, string folder, string reason);

    [LoggerMessage(65, LogLevel.Warning, "{Count} observations were not sent before the host stopped, and there is no spool.")]
    static partial void GivenUp(ILogger logger, int count);

    [LoggerMessage(66, LogLevel.Warning, "{Count} runs are not reported: a candidate is 1 to 512 characters of text without NUL.")]
    static partial void NoCandidate(ILogger logger, long count);

    [LoggerMessage(67, LogLevel.Error, "Observations could not be sent. It is tried again.")]
    static partial void Failed(ILogger logger, Exception exception);
}
