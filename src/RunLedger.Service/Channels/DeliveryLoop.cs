using System.Collections.Concurrent;
using System.Data.Common;
using RunLedger.Storage;
using RunLedger.Telemetry;

namespace RunLedger.Service.Channels;

/// <summary>
/// Sends what waits for channels: each channel on its own, so that one that hangs holds up no other. Every replica
/// does; a message is one's at a time.
/// </summary>
sealed partial class DeliveryLoop(
    DeliveryTurn turn, DeliverySignal signal, TimeProvider time, ILogger<DeliveryLoop> log) : BackgroundService
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    readonly ConcurrentDictionary<string, Task> _busy = new(StringComparer.Ordinal);
    readonly Outage _outage = new(time);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await Once(stoppingToken);
                await signal.Wait(Look, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was claimed is claimed again, by whoever comes first.
        }

        await Task.WhenAll(_busy.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Begins with every channel that something waits for and nobody here is at.</summary>
    async Task Once(CancellationToken cancellationToken)
    {
        foreach (var (channel, task) in _busy.Where(busy => busy.Value.IsCompleted).ToList())
            _busy.TryRemove(new(channel, task));
        await Guarded(async () =>
        {
            foreach (var channel in await turn.Waiting(cancellationToken))
            {
                if (!_busy.ContainsKey(channel))
                    _busy[channel] = Task.Run(() => Send(channel, cancellationToken), CancellationToken.None);
            }
        });
    }

    Task Send(string channel, CancellationToken cancellationToken) => Guarded(async () =>
    {
        TimeSpan? rest = null;
        while (!cancellationToken.IsCancellationRequested && rest is null)
            rest = await turn.Once(channel, cancellationToken);
        if (rest > TimeSpan.Zero)
            await Task.Delay(rest.Value, time, cancellationToken);
    });

    async Task Guarded(Func<Task> work)
    {
        try
        {
            await work();
            _outage.End();
        }
        catch (Exception e) when (e is DbException or StoreException or TimeoutException)
        {
            if (_outage.Say())
                CannotDeliver(log, e.Message);
        }
        catch (OperationCanceledException)
        {
            // Told to stop.
        }
        catch (Exception e)
        {
            // Unforeseen; what waits goes on waiting.
            DeliveryFailed(log, e);
        }
    }

    [LoggerMessage(140, LogLevel.Warning, "What people are to be told waits, because the database is away: {Fault}")]
    static partial void CannotDeliver(ILogger log, ForeignText fault);

    [LoggerMessage(141, LogLevel.Error, "What people are to be told could not be sent. It is tried again.")]
    static partial void DeliveryFailed(ILogger log, Exception exception);
}
