using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;

namespace RunLedger.Service.Intake.CloudEvents;

/// <summary>Takes whatever is in the queue of CloudEvents, of whatever content type, for an event.</summary>
sealed class EventDeserializer(ContentType contentType) : ISerializerFactory, IMessageDeserializer
{
    public ContentType ContentType => contentType;

    public IMessageSerializer CreateSerializer() => throw new NotSupportedException("This only reads.");

    public IMessageDeserializer CreateDeserializer() => this;

    public ConsumeContext Deserialize(ReceiveContext receiveContext) => new BodyConsumeContext(
        receiveContext,
        new SystemTextJsonSerializerContext(
            SystemTextJsonMessageSerializer.Instance,
            SystemTextJsonMessageSerializer.Options,
            contentType,
            new RawMessageContext(EmptyHeaders.Instance, receiveContext.InputAddress, RawSerializerOptions.Default),
            [MessageUrn.ForTypeString<EventBody>()],
            message: new EventBody()));

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        throw new NotSupportedException("The queue of CloudEvents is read from its transport only.");

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) => context.CreateScope("events");
}
