using System.Diagnostics;
using RabbitMQ.Client;
using RunLedger.Contracts;

namespace RunLedger.Benchmarks;

/// <summary>
/// Publishes the reference work for as long as it is asked to, so much at once that the ledger is never idle.
/// </summary>
sealed class Load(Servers servers, string queue, TimeProvider time) : IDisposable
{
    /// <summary>
    /// Observations under way at once: enough to keep batches full, few enough to let other messages have their turn.
    /// </summary>
    const int Window = 2_000;
    const int Chunk = 100;

    readonly SemaphoreSlim _room = new(Window, Window);
    long _committed;

    public void Committed(object message)
    {
        Interlocked.Increment(ref _committed);
        _room.Release();
    }

    public async Task Publish(CancellationToken cancellationToken)
    {
        await using var connection = await servers.Connect();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), CancellationToken.None);
        foreach (var chunk in ReferenceWork.Messages(int.MaxValue, time.GetUtcNow()).Chunk(Chunk))
        {
            foreach (var _ in chunk)
                await _room.WaitAsync(CancellationToken.None);
            if (cancellationToken.IsCancellationRequested)
                return;
            await Task.WhenAll(chunk.Select(message => Preload.Publish(channel, queue, message)));
        }
    }

    public void Dispose() => _room.Dispose();

    /// <summary>Observations per second until something is over.</summary>
    public async Task<double> Rate(Func<Task> over)
    {
        var (start, from) = (Stopwatch.GetTimestamp(), Interlocked.Read(ref _committed));
        await over();
        return (Interlocked.Read(ref _committed) - from) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
