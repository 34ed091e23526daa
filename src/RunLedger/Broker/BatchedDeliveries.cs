using MassTransit;
using MassTransit.Middleware;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace RunLedger.Broker;

/// <summary>
/// Receives from a queue whose messages end many at once. MassTransit has the client run as many loops as there may be
/// messages in hand, and each delivery wakes all that idle; here one loop begins what is delivered and waits for
/// nothing. What ends together is acknowledged together.
/// <para>
/// On every queue of the ledger, also where little is in hand: when a connection is lost RabbitMQ.Client 7.2.2 tells
/// its channels one after the other, waits for what each has begun, and tells the others nothing once MassTransit has
/// disposed of the connection. Their consumers would be deaf for ever, and healthy by their own account.
/// </para>
/// </summary>
/// <param name="tryTake">What takes past MassTransit's pipeline; without it all are the pipeline's.</param>
/// <param name="surplus">How many more than are prefetched may be in hand while they are small.</param>
sealed class BatchedDeliveries(TakeDelivery? tryTake, int surplus) : IFilter<ChannelContext>
{
    /// <summary>How often a consumer looks whether its connection is still there.</summary>
    static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    /// <summary>As many are in hand as are prefetched.</summary>
    public static void Configure(
        IRabbitMqReceiveEndpointConfigurator endpoint, TakeDelivery? tryTake = null, int surplus = 0)
    {
        // Of the loops that begin deliveries.
        endpoint.ConcurrentMessageLimit = 1;
        endpoint.ConfigureChannel(channel => channel.UseFilter(new BatchedDeliveries(tryTake, surplus)));
    }

    public Task Send(ChannelContext context, IPipe<ChannelContext> next) =>
        next.Send(new Channel(context, tryTake, surplus));

    public void Probe(ProbeContext context) => context.CreateFilterScope("batchedDeliveries");

    sealed class Channel : ProxyPipeContext, ChannelContext
    {
        readonly ChannelContext _channel;
        readonly Acknowledgements _acknowledgements;
        readonly DirectDeliveries? _direct;
        readonly int _more;
        readonly OneByOne _requests = new();
        Surplus? _surplus;

        public Channel(ChannelContext channel, TakeDelivery? tryTake, int surplus)
            : base(channel)
        {
            (_channel, _more) = (channel, surplus);
            // Past MassTransit's own, which links a token for each.
            _acknowledgements = new((delivery, multiple) =>
                channel.Channel.BasicAckAsync(delivery, multiple, channel.CancellationToken));
            if (tryTake is not null)
                _direct = new(tryTake, _acknowledgements);
        }

        IChannel ChannelContext.Channel => _channel.Channel;

        public ConnectionContext ConnectionContext => _channel.ConnectionContext;

        public async Task<string> BasicConsume(
            string queue, bool noAck, bool exclusive, IDictionary<string, object> arguments,
            IAsyncBasicConsumer consumer, string consumerTag, CancellationToken cancellationToken)
        {
            var begins = new Consumer(consumer, noAck ? null : _direct);
            if (_more > 0 && !noAck && !exclusive)
                begins.Surplus = _surplus = new(_channel.Channel, queue, _more, begins);
            var tag = await _requests.Alone(() => _channel.BasicConsume(
                queue, noAck, exclusive, arguments, begins, consumerTag, cancellationToken));
            _ = begins.Watch(ConnectionContext.Connection);
            return tag;
        }

        public ValueTask BasicAck(ulong deliveryTag, bool multiple, CancellationToken cancellationToken) =>
            multiple
                ? throw new NotSupportedException("Each delivery is acknowledged for itself.")
                : new ValueTask(_acknowledgements.Add(deliveryTag));

        public async Task BasicNack(
            ulong deliveryTag, bool multiple, bool requeue, CancellationToken cancellationToken)
        {
            await _channel.BasicNack(deliveryTag, multiple, requeue, cancellationToken);
            _acknowledgements.Returned(deliveryTag);
        }

        public Task BasicPublishAsync(
            string exchange, string routingKey, bool mandatory, BasicProperties basicProperties, byte[] body,
            bool awaitAck, CancellationToken cancellationToken) =>
            _channel.BasicPublishAsync(
                exchange, routingKey, mandatory, basicProperties, body, awaitAck, cancellationToken);

        public Task ExchangeBind(
            string destination, string source, string routingKey, IDictionary<string, object> arguments,
            CancellationToken cancellationToken) =>
            _requests.Alone(() => _channel.ExchangeBind(destination, source, routingKey, arguments, cancellationToken));

        public Task ExchangeDeclare(
            string exchange, string type, bool durable, bool autoDelete, IDictionary<string, object> arguments,
            CancellationToken cancellationToken) =>
            _requests.Alone(() => _channel.ExchangeDeclare(
                exchange, type, durable, autoDelete, arguments, cancellationToken));

        public Task ExchangeDeclarePassive(string exchange, CancellationToken cancellationToken) =>
            _requests.Alone(() => _channel.ExchangeDeclarePassive(exchange, cancellationToken));

        public Task QueueBind(
            string queue, string exchange, string routingKey, IDictionary<string, object> arguments,
            CancellationToken cancellationToken) =>
            _requests.Alone(() => _channel.QueueBind(queue, exchange, routingKey, arguments, cancellationToken));

        public Task<QueueDeclareOk> QueueDeclare(
            string queue, bool durable, bool exclusive, bool autoDelete, IDictionary<string, object> arguments,
            CancellationToken cancellationToken) =>
            _requests.Alone(() => _channel.QueueDeclare(
                queue, durable, exclusive, autoDelete, arguments, cancellationToken));

        public Task<QueueDeclareOk> QueueDeclarePassive(string queue, CancellationToken cancellationToken) =>
            _requests.Alone(() => _channel.QueueDeclarePassive(queue, cancellationToken));

        public Task<uint> QueuePurge(string queue, CancellationToken cancellationToken) =>
            _requests.Alone(() => _channel.QueuePurge(queue, cancellationToken));

        public Task BasicQos(
            uint prefetchSize, ushort prefetchCount, bool global, CancellationToken cancellationToken) =>
            _requests.Alone(() => _channel.BasicQos(prefetchSize, prefetchCount, global, cancellationToken));

        public async Task BasicCancel(string consumerTag, CancellationToken cancellationToken)
        {
            var settled = _direct?.Stop() ?? Task.CompletedTask;
            if (_surplus is not null)
                await _surplus.Stop();
            await _channel.BasicCancel(consumerTag, cancellationToken);
            // MassTransit waits for what it has under way itself, and then closes the channel.
            await settled.WaitAsync(cancellationToken);
        }

        public void NotifyFaulted(Exception exception, Uri inputAddress) =>
            _channel.NotifyFaulted(exception, inputAddress);
    }

    /// <summary>Begins what is delivered; of the pipeline's MassTransit keeps the account.</summary>
    sealed class Consumer(IAsyncBasicConsumer consumer, DirectDeliveries? direct) : IAsyncBasicConsumer
    {
        volatile bool _begun;
        volatile bool _ended;

        /// <summary>Where more may be in hand; told of all that is delivered.</summary>
        public Surplus? Surplus { get; set; }

        IChannel? IAsyncBasicConsumer.Channel => consumer.Channel;

        public Task HandleBasicDeliverAsync(
            string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey,
            IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        {
            Surplus?.Delivered(body.Length);
            // The client takes the body back when this returns.
            var kept = body.ToArray();
            if (direct?.TryTake(deliveryTag, new(exchange, properties, kept), Begin) is not true)
                Begin();
            return Task.CompletedTask;

            void Begin() => _ = consumer.HandleBasicDeliverAsync(
                consumerTag, deliveryTag, redelivered, exchange, routingKey, properties, kept, cancellationToken);
        }

        /// <summary>Tells MassTransit that the connection is lost, where the client does not.</summary>
        public async Task Watch(IConnection connection)
        {
            using var timer = new PeriodicTimer(LookEvery);
            while (!_ended && await timer.WaitForNextTickAsync())
            {
                if (connection.CloseReason is not { } reason)
                    continue;
                // The client drops the broker's word that it consumes, too, and MassTransit waits for that.
                if (!_begun)
                    await HandleBasicConsumeOkAsync("", CancellationToken.None);
                await HandleChannelShutdownAsync(connection, reason);
            }
        }

        public Task HandleBasicConsumeOkAsync(string consumerTag, CancellationToken cancellationToken)
        {
            _begun = true;
            return consumer.HandleBasicConsumeOkAsync(consumerTag, cancellationToken);
        }

        public Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken)
        {
            _ended = true;
            return consumer.HandleBasicCancelOkAsync(consumerTag, cancellationToken);
        }

        public Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken)
        {
            _ended = true;
            return consumer.HandleBasicCancelAsync(consumerTag, cancellationToken);
        }

        public Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
        {
            _ended = true;
            return consumer.HandleChannelShutdownAsync(channel, reason);
        }
    }
}
