namespace RunLedger.Cli.Sending;

/// <summary>
/// Sends beside the command that is observed and never in its way: nothing here waits but <see cref="FinishAsync"/>, and
/// that no longer than it is allowed.
/// </summary>
/// <param name="sender">The way to the ledger.</param>
/// <param name="spool">Where what could not be sent is kept; null where there is no such place.</param>
/// <param name="time">Measures the pauses between attempts.</param>
sealed class Reporter(ISender sender, Spool? spool, TimeProvider time) : IDisposable
{
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    readonly Lock _gate = new();
    readonly List<string> _waiting = [];
    readonly SemaphoreSlim _more = new(0);
    readonly CancellationTokenSource _finishing = new();
    readonly CancellationTokenSource _over = new();
    string? _heartbeat;
    string? _fault;
    Task? _sending;

    public void Report(string line)
    {
        lock (_gate)
            _waiting.Add(line);
        Wake();
    }

    /// <summary>Only the newest that waits counts: a ledger away for a day is not told of every minute of it.</summary>
    public void Heartbeat(string line)
    {
        lock (_gate)
        {
            if (_heartbeat is not null)
                _waiting.Remove(_heartbeat);
            _waiting.Add(_heartbeat = line);
        }

        Wake();
    }

    /// <summary>Sends the rest within the limit, and leaves what is then still here to the spool.</summary>
    /// <returns>Null when the ledger has all of it; else why not, and what became of it.</returns>
    public async Task<string?> FinishAsync(TimeSpan limit, CancellationToken hurry)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        patience.CancelAfter(limit);
        await _finishing.CancelAsync();
        Wake();
        try
        {
            await (_sending ?? Task.CompletedTask).WaitAsync(patience.Token);
            await sender.DisposeAsync().AsTask().WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // What does not stop by itself ends with the process.
            _ = _over.CancelAsync();
        }
        catch (Exception e)
        {
            // Whatever it is, it is no reason for the command's exit code to be lost.
            _fault = e.Message;
        }

        List<string> left;
        lock (_gate)
            left = [.. _waiting];
        if (left.Count == 0)
            return null;
        var lost = spool is null ? "there is no folder to keep it in" : spool.Keep(left);
        var why = _fault ?? $"no answer within {limit.TotalSeconds:0.#} s";
        return lost is null
            ? $"not sent yet, kept in {spool!.Folder}: {why}"
            : $"not sent, and lost, {lost}: {why}";
    }

    public void Dispose()
    {
        _more.Dispose();
        _finishing.Dispose();
        _over.Dispose();
    }

    void Wake()
    {
        _sending ??= Task.Run(SendAsync);
        _more.Release();
    }

    async Task SendAsync()
    {
        var pause = FirstPause;
        var spooled = spool is not null;
        while (true)
        {
            await _more.WaitAsync();
            List<string> batch;
            lock (_gate)
                batch = [.. _waiting];
            if (batch.Count > 0)
            {
                _fault = await sender.SendAsync(batch, _over.Token);
                if (_fault is null)
                {
                    lock (_gate)
                        _waiting.RemoveAll(batch.Contains);
                    pause = FirstPause;
                }
                else if (_finishing.IsCancellationRequested)
                {
                    return;
                }
                else
                {
                    await Pause(pause);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                    _more.Release();
                }
            }

            if (_fault is null && spooled)
            {
                await spool!.SendAsync(sender, Waits, _over.Token);
                spooled = Waits();
            }

            if (_finishing.IsCancellationRequested && !Waits())
                return;
        }
    }

    bool Waits()
    {
        lock (_gate)
            return _waiting.Count > 0;
    }

    async Task Pause(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, time, _finishing.Token);
        }
        catch (OperationCanceledException)
        {
            // The command has ended: one more attempt, now.
        }
    }
}
