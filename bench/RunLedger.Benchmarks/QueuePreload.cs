using RabbitMQ.Client;
using RunLedger.Contracts;

namespace RunLedger.Benchmarks;

/// <summary>Fills a queue with the bare client, confirmed, while nothing consumes from it.</summary>
static class QueuePreload
{
    const int Window = 1_000;

    /// <param name="servers">Where the queue is.</param>
    /// <param name="queue">Its name.</param>
    /// <param name="observations">What to publish.</param>
    /// <param name="together">Observations of a message.</param>
    public static async Task Fill(
        Servers servers, string queue, IEnumerable<RunObservation> observations, int together = 1)
    {
        await using var connection = await servers.Connect();
        await using var channel = await Servers.OpenConfirmedChannel(connection);
        var messages = together == 1
            ? observations.Select(ReferenceWorkload.Envelope)
            : observations.Chunk(together).Select(ReferenceWorkload.Envelope);
        foreach (var window in messages.Chunk(Window))
            await Task.WhenAll(window.Select(message => Publish(channel, queue, message)));
    }

    public static Task Publish(IChannel channel, string queue, RunObservation message) =>
        Publish(channel, queue, ReferenceWorkload.Envelope(message));

    static Task Publish(IChannel channel, string queue, byte[] message) =>
        channel.BasicPublishAsync("", queue, mandatory: true, Properties, message).AsTask();

    static readonly BasicProperties Properties = new()
    {
        ContentType = "application/vnd.masstransit+json",
        DeliveryMode = DeliveryModes.Persistent,
    };
}
