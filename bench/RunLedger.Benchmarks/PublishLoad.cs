using System.Diagnostics;
using RabbitMQ.Client;
using RunLedger.Contracts;

namespace RunLedger.Benchmarks;

/// <summary>
/// Publishes the reference work for as long as it is asked to, so much at once that the ledger is never idle.
/// </summary>
sealed class PublishLoad(Servers servers, string queue, TimeProvider time) : IDisposable
{
    /// <summary>
    /// Observations under way at once: enough to keep batches full, few enough to let other messages have their turn.
    /// </summary>
    const int Window = 2_000;
    const int Chunk = 100;

    readonly SemaphoreSlim _slots = new(Window, Window);
    long _committed;

    public void Committed(object message)
    {
        Interlocked.Increment(ref _committed);
        _slots.Release();
    }

    public async Task Publish(CancellationToken cancellationToken)
    {
        await using var connection = await servers.Connect();
        await using var channel = await Servers.OpenConfirmedChannel(connection);
        foreach (var chunk in ReferenceWorkload.Messages(int.MaxValue, time.GetUtcNow()).Chunk(Chunk))
        {
            foreach (var _ in chunk)
                await _slots.WaitAsync(CancellationToken.None);
            if (cancellationToken.IsCancellationRequested)
                return;
            await Task.WhenAll(chunk.Select(message => QueuePreload.Publish(channel, queue, message)));
        }
    }

    public void Dispose() => _slots.Dispose();

    /// <summary>Observations per second until something is over.</summary>
    public async Task<double> Rate(Func<Task> over)
    {
        var (start, from) = (Stopwatch.GetTimestamp(), Interlocked.Read(ref _committed));
        await over();
        return (Interlocked.Read(ref _committed) - from) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
