using System.Threading.Channels;
using RunLedger.Storage.Rows;

namespace RunLedger.Batching;

/// <summary>Wakes the dispatcher of this process for messages that are due before it would look by itself.</summary>
sealed class DispatchSignal
{
    readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    long _sleepsUntil = long.MaxValue;

    /// <summary>Call after the commit.</summary>
    public void Stored(IReadOnlyCollection<ScheduledRow> rows)
    {
        if (rows.Count > 0 && rows.Min(row => row.DueAt).Ticks < Volatile.Read(ref _sleepsUntil))
            _signal.Writer.TryWrite(true);
    }

    /// <summary>Call after the commit of what may be due now, or before everything else.</summary>
    public void Changed() => _signal.Writer.TryWrite(true);

    /// <summary>From now on every message signals, as the dispatcher is about to look.</summary>
    public void Listen() => Volatile.Write(ref _sleepsUntil, long.MaxValue);

    /// <summary>
    /// Completes when a message was stored that is due before <paramref name="until"/>, or when that comes.
    /// </summary>
    public async Task Sleep(DateTime until, TimeProvider time, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _sleepsUntil, until.Ticks);
        var left = until - time.GetUtcNow().UtcDateTime;
        if (left <= TimeSpan.Zero)
            return;
        using var alarm = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(alarm.Token, cancellationToken);
        try
        {
            await _signal.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It is time.
        }
    }
}
