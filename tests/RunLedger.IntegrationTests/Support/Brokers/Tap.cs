using System.Text.Json;
using RabbitMQ.Client;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>Sees what is published to a contract's exchange, beside the ledger.</summary>
sealed class Tap : IAsyncDisposable
{
    readonly IConnection _connection;
    readonly IChannel _channel;
    readonly string _queue;

    Tap(IConnection connection, IChannel channel, string queue) =>
        (_connection, _channel, _queue) = (connection, channel, queue);

    /// <param name="broker">Where the ledger, which declares the exchange, has started.</param>
    /// <param name="exchange">The exchange.</param>
    public static async Task<Tap> Open(Uri broker, string exchange)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync();
        var queue = await channel.QueueDeclareAsync();
        await channel.QueueBindAsync(queue.QueueName, exchange, "");
        return new(connection, channel, queue.QueueName);
    }

    /// <summary>Of each message until now how many observations are in it, and how many bytes it has.</summary>
    public async Task<List<(int Observations, int Bytes)>> Batches()
    {
        var batches = new List<(int, int)>();
        while (await _channel.BasicGetAsync(_queue, autoAck: true) is { } delivered)
        {
            using var json = JsonDocument.Parse(delivered.Body);
            var message = json.RootElement.TryGetProperty("message", out var wrapped) ? wrapped : json.RootElement;
            batches.Add((message.GetProperty("observations").GetArrayLength(), delivered.Body.Length));
        }

        return batches;
    }

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();
}
