using System.Collections.Concurrent;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>Somebody's queue, with an exchange of its name bound to it, and all that arrives in it, in order.</summary>
sealed class Inbox : IAsyncDisposable
{
    readonly IConnection _connection;
    readonly ConcurrentQueue<(string Id, int Number)> _arrived = new();

    Inbox(IConnection connection) => _connection = connection;

    public IReadOnlyCollection<int> Numbers => [.. _arrived.Select(message => message.Number)];
    public IReadOnlyCollection<string> Ids => [.. _arrived.Select(message => message.Id)];

    public static async Task<Inbox> Open(Uri broker, string name, bool quorum = false)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var inbox = new Inbox(connection);
        var channel = await connection.CreateChannelAsync();
        var arguments = quorum ? new Dictionary<string, object?> { ["x-queue-type"] = "quorum" } : null;
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, arguments);
        await channel.ExchangeDeclareAsync(name, ExchangeType.Fanout, durable: true);
        await channel.QueueBindAsync(name, name, "");
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            using var envelope = JsonDocument.Parse(delivery.Body);
            var number = envelope.RootElement.GetProperty("message").GetProperty("number").GetInt32();
            inbox._arrived.Enqueue((delivery.BasicProperties.MessageId!, number));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(name, autoAck: true, consumer);
        return inbox;
    }

    public Task Has(int messages, Func<string>? more = null) => Eventually.Async(
        () => Task.FromResult(
            Numbers.Distinct().Count() is var count && count >= messages ? null : $"{count} of {messages} arrived"),
        TimeSpan.FromSeconds(90),
        more);

    public async ValueTask DisposeAsync() => await _connection.DisposeAsync();
}
