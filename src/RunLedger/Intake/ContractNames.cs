using MassTransit;
using MassTransit.RabbitMqTransport;
using RunLedger.Contracts;
using RunLedger.Deadlines;
using RunLedger.Folding;

namespace RunLedger.Intake;

/// <summary>Which contract a plain message is of, as its publisher can say it.</summary>
static class ContractNames
{
    const string Namespace = "RunLedger.Contracts";

    /// <summary>Headers of other libraries; of several types, or a type and its assembly, the first counts.</summary>
    static readonly string[] TypeHeaders =
    [
        "NServiceBus.EnclosedMessageTypes", "rbs2-msg-type", "message-type",
        "cloudEvents:type", "cloudEvents_type", "ce-type", "ce_type",
    ];

    /// <summary>What the ledger sends to itself.</summary>
    static readonly Dictionary<string, Type> Own =
        ((Type[])[typeof(DeadlineReached), typeof(QueueReached)]).ToDictionary(type => MessageUrn.ForTypeString(type));

    /// <summary>
    /// The names a message goes by, the most deliberate first: <c>MT-MessageType</c>, the AMQP property <c>type</c>,
    /// the header in which its library says it, the exchange it was published to.
    /// </summary>
    public static IEnumerable<string> Of(ReceiveContext context)
    {
        if (context.TransportHeaders.TryGetHeader(MessageHeaders.MessageType, out var header)
            && header.ToString() is { Length: > 0 } types)
        {
            foreach (var type in types.Split(
                ';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                yield return type;
        }

        var delivery = context.TryGetPayload(out RabbitMqBasicConsumeContext? rabbit) ? rabbit : null;
        // One that was sent with AMQP 1.0 says only that.
        if (delivery?.Properties.Type is { } property && !string.IsNullOrWhiteSpace(property)
            && property != "amqp-1.0")
            yield return property;
        foreach (var name in TypeHeaders)
        {
            if (context.TransportHeaders.TryGetHeader(name, out var value) && value.ToString() is { Length: > 0 } type)
                yield return type.Split(',', ';')[0].Trim();
        }

        if (!string.IsNullOrEmpty(delivery?.Exchange))
            yield return delivery.Exchange;
    }

    /// <summary>Whether a header says which contract it is.</summary>
    public static bool AnyIn(IDictionary<string, object?>? headers) =>
        headers is { Count: > 0 }
        && (headers.ContainsKey(MessageHeaders.MessageType) || Array.Exists(TypeHeaders, headers.ContainsKey));

    /// <summary>
    /// The record a name means, or null: <c>RunStarted</c>, <c>RunLedger.Contracts:RunStarted</c>, with a dot, or as
    /// MassTransit's URN.
    /// </summary>
    public static Type? Resolve(string name)
    {
        if (Own.TryGetValue(name, out var own))
            return own;
        var plain = name.StartsWith("urn:message:", StringComparison.Ordinal) ? name["urn:message:".Length..] : name;
        if (plain.StartsWith(Namespace, StringComparison.Ordinal) && plain.Length > Namespace.Length + 1
            && plain[Namespace.Length] is ':' or '.')
            plain = plain[(Namespace.Length + 1)..];
        return plain == nameof(RunObservations) ? typeof(RunObservations) : ContractMap.TypeOf(plain);
    }
}
