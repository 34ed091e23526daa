using System.Text;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>A publisher that knows nothing of the ledger's code; what it sent is confirmed by the broker.</summary>
sealed class Publisher(Uri broker) : IAsyncDisposable
{
    const int Window = 200;

    /// <summary>A majority of a cluster may be away for a minute.</summary>
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    static readonly CreateChannelOptions Confirmed = new(
        publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
    IConnection? _connection;
    IChannel? _channel;

    /// <summary>
    /// Half as plain JSON, half in MassTransit's envelope. Repeats what a broker that went away did not confirm.
    /// </summary>
    public async Task Send(IReadOnlyList<Sent> stream)
    {
        foreach (var chunk in stream.Index().Chunk(Window))
        {
            await Confirm(() => Task.WhenAll(chunk.Select(one => one.Index % 2 == 0
                ? Publish(one.Item.Exchange, "", one.Item.Json().ToJsonString(), "application/json")
                : Publish(
                    one.Item.Exchange, "", one.Item.Envelope().ToJsonString(), "application/vnd.masstransit+json"))));
        }
    }

    /// <summary>
    /// Several in a message, one more in each than in the one before, up to so many; every second in an envelope.
    /// </summary>
    /// <returns>How many messages it were.</returns>
    public async Task<int> SendTogether(IReadOnlyList<Sent> stream, int most)
    {
        var sent = 0;
        for (int at = 0, size = 1; at < stream.Count; at += size, size = (size % most) + 1, sent++)
        {
            var batch = Sent.Batch(stream.Skip(at).Take(size));
            var (body, type) = sent % 2 == 0
                ? (batch, "application/json")
                : (Sent.Envelope(batch, Sent.Together), "application/vnd.masstransit+json");
            await Confirm(() => Publish(Sent.Together, "", body.ToJsonString(), type));
        }

        return sent;
    }

    public Task Send(string exchange, string routingKey, byte[] body, string? contentType, string? type = null) =>
        Confirm(() => Publish(exchange, routingKey, body, contentType, type));

    public Task Send(string exchange, byte[] body, BasicProperties properties) =>
        Confirm(() => _channel!.BasicPublishAsync(exchange, "", mandatory: true, properties, body).AsTask());

    /// <summary>
    /// Takes a message and is gone so often, as consumers are that die of it. A message that is given back counts as
    /// delivered for brokers before 4.3 only.
    /// </summary>
    public async Task Requeue(string queue, int times)
    {
        for (var time = 1; time <= times; time++)
        {
            await Open();
            await Eventually.Async(
                async () => await _channel!.BasicGetAsync(queue, autoAck: false) is null
                    ? $"it is not there for the {time}. time"
                    : null,
                TimeSpan.FromSeconds(20));
            await _channel!.CloseAsync();
        }
    }

    /// <summary>Messages that wait in a queue and are with no consumer.</summary>
    public async Task<uint> Waiting(string queue)
    {
        uint count = 0;
        await Confirm(async () => count = await _channel!.MessageCountAsync(queue));
        return count;
    }

    /// <summary>The first of those that wait, which stays there: its exchange and what it says.</summary>
    public async Task<string> First(string queue)
    {
        var first = "";
        await Confirm(async () =>
        {
            if (await _channel!.BasicGetAsync(queue, autoAck: false) is not { } got)
                return;
            first = $"{got.Exchange}: {Encoding.UTF8.GetString(got.Body.Span)}";
            await _channel!.BasicNackAsync(got.DeliveryTag, multiple: false, requeue: true);
        });
        return first;
    }

    /// <summary>How many consume a queue.</summary>
    public async Task<uint> Consumers(string queue)
    {
        uint count = 0;
        await Confirm(async () => count = await _channel!.ConsumerCountAsync(queue));
        return count;
    }

    /// <summary>What is published to a contract's exchange reaches the ledger's queue no more, or does again.</summary>
    public Task Bind(string exchange, string queue, bool bound) => Confirm(() => bound
        ? _channel!.ExchangeBindAsync(destination: queue, source: exchange, routingKey: "")
        : _channel!.ExchangeUnbindAsync(destination: queue, source: exchange, routingKey: ""));

    /// <summary>An exchange is as if nobody had declared it.</summary>
    public Task Delete(string exchange) => Confirm(() => _channel!.ExchangeDeleteAsync(exchange));

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }

    Task Publish(string exchange, string routingKey, string body, string contentType) =>
        Publish(exchange, routingKey, Encoding.UTF8.GetBytes(body), contentType, null);

    async Task Publish(string exchange, string routingKey, byte[] body, string? contentType, string? type)
    {
        var properties = new BasicProperties { Persistent = true };
        if (contentType is not null)
            properties.ContentType = contentType;
        if (type is not null)
            properties.Type = type;
        // Mandatory: what no queue takes fails here.
        await _channel!.BasicPublishAsync(exchange, routingKey, mandatory: true, properties, body);
    }

    async Task Confirm(Func<Task> work)
    {
        var last = "";
        await Eventually.Async(
            async () =>
            {
                try
                {
                    await Open();
                    await work();
                    return null;
                }
                catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException
                    or BrokerUnreachableException or PublishException or ChannelClosedException
                    or OperationCanceledException or IOException)
                {
                    last = e.ToString();
                    return e.Message;
                }
            },
            Limit,
            () => last);
    }

    async Task Open()
    {
        if (_channel is { IsOpen: true })
            return;
        if (_connection is not null)
            await _connection.DisposeAsync();
        _connection = null;
        var factory = new ConnectionFactory { Uri = broker, AutomaticRecoveryEnabled = false };
        _connection = await factory.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync(Confirmed);
    }
}
