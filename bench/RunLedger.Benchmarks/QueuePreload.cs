using RabbitMQ.Client;
using RunLedger.Contracts;

namespace RunLedger.Benchmarks;

/// <summary>Fills a queue with the bare client, confirmed, while nothing consumes from it.</summary>
static class QueuePreload
{
    const int Window = 1_000;

    public static async Task Fill(Servers servers, string queue, IEnumerable<RunObservation> messages)
    {
        await using var connection = await servers.Connect();
        await using var channel = await Servers.OpenConfirmedChannel(connection);
        foreach (var window in messages.Chunk(Window))
        {
            await Task.WhenAll(window.Select(message => Publish(channel, queue, message)));
        }
    }

    public static Task Publish(IChannel channel, string queue, RunObservation message) => channel.BasicPublishAsync(
        "", queue, mandatory: true, Properties, ReferenceWorkload.Envelope(message)).AsTask();

    static readonly BasicProperties Properties = new()
    {
        ContentType = "application/vnd.masstransit+json",
        DeliveryMode = DeliveryModes.Persistent,
    };
}
