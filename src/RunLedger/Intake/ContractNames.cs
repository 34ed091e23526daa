using MassTransit;
using MassTransit.RabbitMqTransport;
using RunLedger.Deadlines;
using RunLedger.Folding;

namespace RunLedger.Intake;

/// <summary>Which contract a plain message is of, as its publisher can say it.</summary>
static class ContractNames
{
    const string Namespace = "RunLedger.Contracts";
    static readonly string DeadlineUrn = MessageUrn.ForTypeString<DeadlineReached>();

    /// <summary>
    /// The names a message goes by, the most deliberate first: <c>MT-MessageType</c>, the AMQP property <c>type</c>,
    /// the exchange it was published to.
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

        if (!context.TryGetPayload(out RabbitMqBasicConsumeContext? delivery))
            yield break;
        if (!string.IsNullOrWhiteSpace(delivery.Properties.Type))
            yield return delivery.Properties.Type;
        if (!string.IsNullOrEmpty(delivery.Exchange))
            yield return delivery.Exchange;
    }

    /// <summary>
    /// The record a name means, or null: <c>RunStarted</c>, <c>RunLedger.Contracts:RunStarted</c>, with a dot, or as
    /// MassTransit's URN.
    /// </summary>
    public static Type? Resolve(string name)
    {
        // What the ledger sends to itself.
        if (name == DeadlineUrn)
            return typeof(DeadlineReached);
        var plain = name.StartsWith("urn:message:", StringComparison.Ordinal) ? name["urn:message:".Length..] : name;
        return plain.StartsWith(Namespace, StringComparison.Ordinal) && plain.Length > Namespace.Length + 1
            && plain[Namespace.Length] is ':' or '.'
            ? ContractMap.TypeOf(plain[(Namespace.Length + 1)..])
            : ContractMap.TypeOf(plain);
    }
}
