using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace RunLedger.Broker;

/// <summary>
/// Has more messages in hand than are prefetched while they are small. A broker counts messages, not bytes, and a
/// consumer's prefetch stays as it began; so a second consumer of the queue, on the same channel, begins while messages
/// are small on average, and is cancelled when they are not.
/// </summary>
/// <param name="channel">Of the queue's own consumer.</param>
/// <param name="queue">What is consumed.</param>
/// <param name="count">How many more may be in hand, at most 65,535.</param>
/// <param name="begin">Begins what is delivered to the second consumer.</param>
sealed class Surplus(IChannel channel, string queue, int count, IAsyncBasicConsumer begin)
{
    /// <summary>Bytes of a body. Below half of it on average more are taken; above it, no more.</summary>
    internal const int Small = 16 * 1024;

    /// <summary>So many messages are looked at; of the ones before little is left in the average.</summary>
    internal const int Window = 256;

    readonly Lock _lock = new();
    double _average;
    int _seen;
    string? _tag;
    Task _change = Task.CompletedTask;
    bool _stopped;

    /// <summary>
    /// A message was delivered, to either consumer. Not to be called by two at once: one loop of the client delivers.
    /// </summary>
    /// <param name="bytes">Of its body.</param>
    public void Delivered(int bytes)
    {
        _seen = Math.Min(_seen + 1, Window);
        _average += (bytes - _average) / _seen;
        lock (_lock)
        {
            if (_stopped || !_change.IsCompleted)
                return;
            if (_tag is null && _seen == Window && _average < Small / 2)
                _change = Begin();
            else if (_tag is { } tag && _average > Small)
                _change = End(tag);
        }
    }

    /// <summary>Completes when nothing more comes to the second consumer.</summary>
    public async Task Stop()
    {
        Task change;
        lock (_lock)
        {
            _stopped = true;
            change = _change;
        }

        await change;
        if (_tag is { } tag)
            await End(tag);
    }

    async Task Begin()
    {
        // Known before the broker answers, so that one that answers too late can be ended.
        var tag = $"{queue}-more-{Guid.CreateVersion7():N}";
        try
        {
            // It holds for consumers that begin after it.
            await channel.BasicQosAsync(prefetchSize: 0, (ushort)count, global: false);
            await channel.BasicConsumeAsync(queue, autoAck: false, tag, new Second(this, begin));
            _tag = tag;
        }
        catch (Exception)
        {
            // A channel that is gone takes both consumers along; one that is not goes on with what is prefetched.
            _seen = 0;
            await End(tag);
        }
    }

    async Task End(string tag)
    {
        _tag = null;
        try
        {
            await channel.BasicCancelAsync(tag);
        }
        catch (Exception)
        {
            // The channel is gone, and the consumer with it.
        }
    }

    sealed class Second(Surplus surplus, IAsyncBasicConsumer begin) : IAsyncBasicConsumer
    {
        IChannel? IAsyncBasicConsumer.Channel => begin.Channel;

        public Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
            IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
            begin.HandleBasicDeliverAsync(
                consumerTag, deliveryTag, redelivered, exchange, routingKey, properties, body, cancellationToken);

        // The broker ended it, with the queue or its leader; MassTransit meets the same on its own consumer.
        public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken)
        {
            surplus._tag = null;
            return Task.CompletedTask;
        }

        public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken) =>
            Task.CompletedTask;

        public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken) =>
            Task.CompletedTask;

        public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason) => Task.CompletedTask;
    }
}
