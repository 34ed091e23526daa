using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>
/// Somebody's queue on the exchanges of what the ledger tells others, and all that arrives in it, in order.
/// </summary>
sealed class NoticeInbox : IAsyncDisposable
{
    const string Queue = "notices";

    readonly IConnection _connection;
    readonly IChannel _channel;
    readonly ConcurrentQueue<Notice> _arrived = new();
    readonly ConcurrentDictionary<string, bool> _marks = new();

    NoticeInbox(IConnection connection, IChannel channel) => (_connection, _channel) = (connection, channel);

    /// <summary>With repetitions.</summary>
    public IReadOnlyCollection<Notice> Arrived => [.. _arrived];

    /// <summary>Each message as often as it was told under another id.</summary>
    public IReadOnlyCollection<Notice> Told => [.. _arrived.DistinctBy(notice => notice.Id)];

    public static async Task<NoticeInbox> Open(Uri broker)
    {
        var connection = await new ConnectionFactory { Uri = broker }.CreateConnectionAsync();
        var inbox = new NoticeInbox(connection, await connection.CreateChannelAsync());
        await inbox._channel.QueueDeclareAsync(Queue, durable: true, exclusive: false, autoDelete: false);
        foreach (var contract in (string[])["RunStuck", "RunOrphaned", "RunRecovered"])
        {
            await inbox._channel.ExchangeDeclareAsync(
                $"RunLedger.Contracts:{contract}", ExchangeType.Fanout, durable: true);
            await inbox._channel.QueueBindAsync(Queue, $"RunLedger.Contracts:{contract}", "");
        }

        var consumer = new AsyncEventingBasicConsumer(inbox._channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            inbox.Keep(delivery);
            return Task.CompletedTask;
        };
        await inbox._channel.BasicConsumeAsync(Queue, autoAck: true, consumer);
        return inbox;
    }

    /// <summary>All that was in the queue when this was called has arrived.</summary>
    public async Task CatchUp()
    {
        var mark = Guid.CreateVersion7().ToString();
        await _channel.BasicPublishAsync(
            "", Queue, mandatory: true, new BasicProperties { MessageId = mark }, Array.Empty<byte>());
        await Eventually.Async(
            () => Task.FromResult(_marks.ContainsKey(mark) ? null : $"{_arrived.Count} notices arrived, not all"),
            TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    void Keep(BasicDeliverEventArgs delivery)
    {
        var id = delivery.BasicProperties.MessageId!;
        if (delivery.Exchange.Length == 0)
        {
            _marks[id] = true;
            return;
        }

        using var envelope = JsonDocument.Parse(delivery.Body);
        var message = envelope.RootElement.GetProperty("message");
        _arrived.Enqueue(new Notice(
            id,
            delivery.Exchange[(delivery.Exchange.IndexOf(':', StringComparison.Ordinal) + 1)..],
            message.GetProperty("processRunId").GetGuid(),
            message.GetProperty("occurredAt").GetDateTimeOffset()));
    }

    public sealed record Notice(string Id, string Contract, Guid RunId, DateTimeOffset At)
    {
        public override string ToString() =>
            $"{Contract} {At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}";
    }
}
