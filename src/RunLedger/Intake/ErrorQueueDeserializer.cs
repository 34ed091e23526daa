using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;

namespace RunLedger.Intake;

/// <summary>
/// Reads what is in the error queue: whatever the body is, it becomes a <see cref="RejectedBody"/> that says what the
/// headers say of how it got there.
/// </summary>
sealed class ErrorQueueDeserializer(ContentType contentType) : ISerializerFactory, IMessageDeserializer
{
    public ContentType ContentType => contentType;

    public IMessageSerializer CreateSerializer() => throw new NotSupportedException("This only reads.");

    public IMessageDeserializer CreateDeserializer() => this;

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        var contract = Names(receiveContext).Select(ContractNames.Resolve).FirstOrDefault(type => type is not null);
        var refused = new RejectedBody(contract?.Name, Reason(receiveContext.TransportHeaders));
        return new BodyConsumeContext(receiveContext, new SystemTextJsonSerializerContext(
            SystemTextJsonMessageSerializer.Instance,
            SystemTextJsonMessageSerializer.Options,
            contentType,
            new RawMessageContext(EmptyHeaders.Instance, receiveContext.InputAddress, RawSerializerOptions.Default),
            [MessageUrn.ForTypeString<RejectedBody>()],
            message: refused));
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        throw new NotSupportedException("The error queue is read from its transport only.");

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) => context.CreateScope("faulted").Add("contentType", contentType.MediaType);

    // On the way here the message left the exchange it was published to; MassTransit or the broker noted what it was.
    static IEnumerable<string> Names(ReceiveContext context)
    {
        foreach (var name in ContractNames.Of(context))
            yield return name;
        foreach (var note in (string[])[MessageHeaders.FaultMessageType, "x-first-death-exchange"])
        {
            if (context.TransportHeaders.TryGetHeader(note, out var name) && name.ToString() is { } text)
                yield return text;
        }
    }

    static string Reason(Headers headers)
    {
        if (headers.TryGetHeader(MessageHeaders.FaultMessage, out var fault))
        {
            var type = headers.TryGetHeader(MessageHeaders.FaultExceptionType, out var name) ? $"{name}: " : "";
            return $"The ledger could not handle it: {type}{fault}. Its log has the details; send it again once "
                + "that is mended.";
        }

        return headers.TryGetHeader("x-first-death-reason", out var death)
            ? $"The broker gave it up ({death}): it was delivered too often without being acknowledged."
            : "It was in the error queue, and nothing says why.";
    }
}
