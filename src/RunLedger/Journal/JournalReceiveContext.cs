using System.Diagnostics;
using System.Net.Mime;
using MassTransit;
using MassTransit.Middleware;
using MassTransit.RabbitMqTransport;
using MassTransit.Serialization;
using MassTransit.Transports;
using RabbitMQ.Client;
using RunLedger.Broker;

namespace RunLedger.Journal;

/// <summary>
/// A message of the stream as the ledger's queue would have delivered it; nobody is told what became of it.
/// </summary>
sealed class JournalReceiveContext : BasePipeContext, ReceiveContext
{
    static readonly long Begun = Stopwatch.GetTimestamp();

    public JournalReceiveContext(Delivery delivery, Uri queue)
        : this(new Received(delivery), queue)
    {
    }

    JournalReceiveContext(Received received, Uri queue)
        : base(received)
    {
        InputAddress = queue;
        Body = new MemoryMessageBody(received.Body);
        TransportHeaders = new JsonTransportHeaders(new RabbitMqHeaderProvider(received));
        ContentType = ReadType(received.Properties.ContentType)!;
    }

    public MessageBody Body { get; }
    public TimeSpan ElapsedTime => Stopwatch.GetElapsedTime(Begun);
    public Uri InputAddress { get; }

    /// <summary>Null where none is said that is one.</summary>
    public ContentType ContentType { get; }

    public bool Redelivered => false;
    public MassTransit.Headers TransportHeaders { get; }
    public Task ReceiveCompleted => Task.CompletedTask;
    public bool IsDelivered => false;
    public bool IsFaulted => false;
    public bool PublishFaults => false;
    public ISendEndpointProvider SendEndpointProvider => throw Nowhere();
    public IPublishEndpointProvider PublishEndpointProvider => throw Nowhere();

    public Task NotifyConsumed<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task NotifyFaulted<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    public Task NotifyFaulted(Exception exception) => Task.CompletedTask;

    public void AddReceiveTask(Task task)
    {
    }

    static NotSupportedException Nowhere() => new("Who reads the journal sends nothing.");

    static ContentType? ReadType(string? text)
    {
        try
        {
            return string.IsNullOrWhiteSpace(text) ? null : new ContentType(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    sealed class Received(Delivery delivery) : RabbitMqBasicConsumeContext
    {
        public ReadOnlyMemory<byte> Body => delivery.Body;
        public string Exchange => delivery.Exchange;
        public string RoutingKey => "";
        public string ConsumerTag => "";
        public ulong DeliveryTag => 1;
        public IReadOnlyBasicProperties Properties => delivery.Properties;
    }
}
