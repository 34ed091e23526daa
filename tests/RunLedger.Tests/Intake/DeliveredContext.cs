using System.Net.Mime;
using System.Reflection;
using MassTransit;
using MassTransit.RabbitMqTransport;
using MassTransit.Serialization;
using MassTransit.Transports;
using RabbitMQ.Client;
using RunLedger.Broker;

namespace RunLedger.Tests.Intake;

/// <summary>A delivery as MassTransit's transport would show it to a deserializer.</summary>
#pragma warning disable CA1852 // A type made at run time derives from it.
class DeliveredContext : DispatchProxy
#pragma warning restore CA1852
{
    static readonly Uri Address = new("rabbitmq://localhost/run-ledger");

    Received _received = null!;

    public static ReceiveContext Of(Delivery delivery)
    {
        var context = Create<ReceiveContext, DeliveredContext>();
        ((DeliveredContext)(object)context)._received = new(delivery);
        return context;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        switch (targetMethod!.Name)
        {
            case $"get_{nameof(ReceiveContext.TransportHeaders)}":
                return new JsonTransportHeaders(new RabbitMqHeaderProvider(_received));
            case $"get_{nameof(ReceiveContext.InputAddress)}":
                return Address;
            case $"get_{nameof(ReceiveContext.Body)}":
                return new MemoryMessageBody(_received.Delivery.Body);
            case $"get_{nameof(ReceiveContext.ContentType)}":
                return _received.Delivery.Properties.ContentType is { Length: > 0 } type ? new ContentType(type) : null;
            case nameof(ReceiveContext.TryGetPayload):
                args![0] = _received;
                return true;
            default:
                return null;
        }
    }

    sealed class Received(Delivery delivery) : RabbitMqBasicConsumeContext
    {
        public Delivery Delivery => delivery;
        public string Exchange => delivery.Exchange;
        public string RoutingKey => "";
        public string ConsumerTag => "";
        public ulong DeliveryTag => 1;
        public IReadOnlyBasicProperties Properties => delivery.Properties;
    }
}
