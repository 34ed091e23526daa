using System.Text;
using System.Text.Json.Nodes;
using RabbitMQ.Client;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>Publishes with the bare client: half plain JSON to the contract's exchange, half as MassTransit would.</summary>
static class Publisher
{
    public static async Task Send(Func<Task<IConnection>> connect, IEnumerable<(string Contract, JsonObject Json)> messages)
    {
        await using var connection = await connect();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        var n = 0;
        foreach (var window in messages.Chunk(200))
            await Task.WhenAll(window.Select(message => Send(channel, message.Contract, message.Json, n++ % 2 == 0)));
    }

    public static Task Send(IChannel channel, string contract, JsonObject json, bool plain) => Send(
        channel,
        $"RunLedger.Contracts:{contract}",
        plain
            ? json.ToJsonString()
            : new JsonObject
            {
                ["messageId"] = $"{Guid.CreateVersion7()}",
                ["messageType"] = new JsonArray($"urn:message:RunLedger.Contracts:{contract}"),
                ["message"] = json.DeepClone(),
            }.ToJsonString(),
        plain ? "application/json" : "application/vnd.masstransit+json");

    public static Task Send(IChannel channel, string exchange, string body, string? contentType, string routingKey = "") =>
        channel.BasicPublishAsync(
            exchange, routingKey, mandatory: true,
            new BasicProperties { ContentType = contentType, DeliveryMode = DeliveryModes.Persistent },
            Encoding.UTF8.GetBytes(body)).AsTask();
}
