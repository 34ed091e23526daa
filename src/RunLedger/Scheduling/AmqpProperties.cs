using System.Text;
using MassTransit;
using MassTransit.Context;
using MassTransit.RabbitMqTransport;
using RabbitMQ.Client;

namespace RunLedger.Scheduling;

/// <summary>
/// What of a command's delivery belongs to the message that it schedules, and MassTransit does not read or write
/// itself.
/// </summary>
static class AmqpProperties
{
    // Beside MassTransit's own names (RMQ-Priority, RMQ-AppId, …), which it reads back by itself.
    const string MessageId = "RMQ-MessageId";
    const string CorrelationId = "RMQ-CorrelationId";
    const string Timestamp = "RMQ-Timestamp";
    const string Priority = "RMQ-Priority";
    const string UserId = "RMQ-UserId";
    const string Type = "RMQ-Type";
    const string Durable = "Durable";

    /// <summary>With the types they have on the wire, which an envelope's JSON and MassTransit do not keep.</summary>
    const string Headers = "RMQ-Headers";

    static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Null where the transport has none.</summary>
    /// <param name="context">The delivery of the command.</param>
    /// <param name="headers">Those of the command's envelope, where it has one.</param>
    public static IDictionary<string, object>? Read(ReceiveContext context, MassTransit.Headers headers)
    {
        var properties = context.TryGetPayload(out TransportReceiveContext? transport)
            ? transport.GetTransportProperties()
            : null;
        if (!context.TryGetPayload(out RabbitMqBasicConsumeContext? delivery))
            return properties;
        properties ??= new Dictionary<string, object>();
        // The broker takes it only from the login it names, and that is not ours.
        properties.Remove(UserId);
        // Of a command without an envelope it says which command it is.
        if (ScheduleDeserializer.IsCommand(delivery.Properties.Type))
            properties.Remove(Type);
        var amqp = delivery.Properties;
        // Those that are GUIDs are MassTransit's.
        if (amqp.MessageId is { Length: > 0 } id && !Guid.TryParse(id, out _))
            properties[MessageId] = id;
        if (amqp.CorrelationId is { Length: > 0 } correlation && !Guid.TryParse(correlation, out _))
            properties[CorrelationId] = correlation;
        if (amqp.IsTimestampPresent())
            properties[Timestamp] = amqp.Timestamp.UnixTime;
        // Who says nothing did not ask for a message that is lost with the broker.
        if (amqp.IsDeliveryModePresent() && amqp.DeliveryMode == DeliveryModes.Transient)
            properties[Durable] = false;
        if (amqp.Headers is { } sent)
            properties[Headers] = Typed(sent, headers);
        return properties;
    }

    /// <summary>A message id that is no GUID is kept as it is.</summary>
    public static bool HasMessageId(IDictionary<string, object>? properties) =>
        properties?.ContainsKey(MessageId) is true;

    /// <summary>What the broker, its client, or MassTransit noted about the delivery of a command.</summary>
    public static bool IsNote(string header) =>
        header is RabbitMqHeaders.Exchange or RabbitMqHeaders.RoutingKey or RabbitMqHeaders.DeliveryTag
            or RabbitMqHeaders.ConsumerTag or "x-death" or "x-delivery-count" or "x-acquired-count"
            or "x-dotnet-pub-seq-no"
        || header.StartsWith("x-first-death-", StringComparison.Ordinal)
        || header.StartsWith("x-last-death-", StringComparison.Ordinal);

    /// <summary>When a message without an envelope expires.</summary>
    public static DateTime? ExpiresAt(ReceiveContext context, DateTime now) =>
        context.TryGetPayload(out RabbitMqBasicConsumeContext? delivery)
        && uint.TryParse(delivery.Properties.Expiration, out var milliseconds)
            ? now.AddMilliseconds(milliseconds)
            : null;

    public static void Write(IReadOnlyDictionary<string, object?>? properties, BasicProperties amqp)
    {
        // MassTransit writes 0 where none is given, which a consumer sees and a queue may sort by.
        if (properties is null || !properties.ContainsKey(Priority))
            amqp.ClearPriority();
        if (properties is null)
            return;
        if (properties.TryGetValue(MessageId, out var id))
            amqp.MessageId = id as string;
        if (properties.TryGetValue(CorrelationId, out var correlation))
            amqp.CorrelationId = correlation as string;
        if (properties.TryGetValue(Timestamp, out var time) && time is long seconds)
            amqp.Timestamp = new AmqpTimestamp(seconds);
        if (!properties.TryGetValue(Headers, out var headers) || headers is not Dictionary<string, object?> typed)
            return;
        // MassTransit leaves those alone that are there.
        amqp.Headers ??= new Dictionary<string, object?>();
        foreach (var (name, value) in typed)
            amqp.Headers[name] = value;
    }

    // MassTransit's own are those of the command, unless its envelope has them too.
    static Dictionary<string, object?> Typed(IDictionary<string, object?> sent, MassTransit.Headers headers) =>
        sent.Where(header => !IsNote(header.Key) && header.Key != MessageHeaders.SchedulingTokenId
                && (!header.Key.StartsWith("MT-", StringComparison.Ordinal) || headers.TryGetHeader(header.Key, out _)))
            .ToDictionary(header => header.Key, header => Value(header.Value));

    // A long string of AMQP is bytes to the client, and nearly always text.
    static object? Value(object? value) => value switch
    {
        byte[] bytes => Text(bytes),
        IDictionary<string, object?> table => table.ToDictionary(entry => entry.Key, entry => Value(entry.Value)),
        System.Collections.IList list => list.Cast<object?>().Select(Value).ToList(),
        _ => value,
    };

    static object Text(byte[] bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return bytes;
        }
    }
}
