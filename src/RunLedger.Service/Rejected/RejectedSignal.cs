using System.Threading.Channels;

namespace RunLedger.Service.Rejected;

/// <summary>Wakes the worker of this process for what was asked for here.</summary>
sealed class RejectedSignal
{
    readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Raise() => _signal.Writer.TryWrite(true);

    /// <summary>Completes when something was asked for, or after a while.</summary>
    public async Task Sleep(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var alarm = new CancellationTokenSource(atMost, time);
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
