using MassTransit;
using MassTransit.Context;
using MassTransit.Scheduling;
using MassTransit.Serialization;
using RunLedger.Folding;
using RunLedger.Storage.Rows;

namespace RunLedger.Scheduling;

/// <summary>Makes the row of a message that somebody asked MassTransit to schedule.</summary>
static class ScheduleCommand
{
    /// <summary>As a command on the queue: the payload is written again by the serializer it came with.</summary>
    /// <exception cref="UnschedulableException">The command does not say enough.</exception>
    public static ScheduledRow Row(ConsumeContext<ScheduleMessage> context, DateTimeOffset now)
    {
        var command = Complete(context.Message);
        var send = new MessageSendContext<ScheduleMessage>(command)
        {
            MessageId = context.MessageId ?? command.CorrelationId,
            RequestId = context.RequestId,
            ConversationId = context.ConversationId,
            CorrelationId = context.CorrelationId,
            InitiatorId = context.InitiatorId,
            SourceAddress = context.SourceAddress,
            ResponseAddress = context.ResponseAddress,
            FaultAddress = context.FaultAddress,
        };
        foreach (var (name, value) in context.Headers.GetAll())
            send.Headers.Set(name, value);
        var properties = context.ReceiveContext.TryGetPayload(out TransportReceiveContext? transport)
            ? transport.GetTransportProperties()
            : null;
        return Row(
            command,
            command.CorrelationId,
            send,
            context.SerializerContext.GetMessageSerializer(command.Payload, command.PayloadType),
            context.SentTime ?? now.UtcDateTime,
            context.ExpirationTime,
            properties);
    }

    /// <summary>As asked for in this process.</summary>
    /// <param name="send">What the caller's pipe has set.</param>
    public static ScheduledRow Row(
        ScheduleMessage command, MessageSendContext<ScheduleMessage> send, DateTimeOffset now)
    {
        var envelope = new JsonMessageEnvelope(send, command.Payload) { MessageType = command.PayloadType };
        return Row(
            command,
            send.ScheduledMessageId ?? command.CorrelationId,
            send,
            new SystemTextJsonBodyMessageSerializer(
                envelope,
                SystemTextJsonMessageSerializer.JsonContentType,
                SystemTextJsonMessageSerializer.Options,
                command.PayloadType),
            now.UtcDateTime,
            send.TimeToLive is { } left ? now.UtcDateTime + left : null,
            properties: null);
    }

    static ScheduledRow Row(
        ScheduleMessage command,
        Guid token,
        MessageSendContext<ScheduleMessage> send,
        IMessageSerializer serializer,
        DateTime sentAt,
        DateTime? expiresAt,
        IDictionary<string, object>? properties)
    {
        send.DestinationAddress = command.Destination;
        send.Headers.Set(MessageHeaders.SchedulingTokenId, token.ToString("D"));
        // Writes the headers into the envelope, where there is one.
        var body = serializer.GetMessageBody(send).GetBytes();
        return new ScheduledRow
        {
            Token = token,
            DueAt = Utc(command.ScheduledTime),
            SentAt = Utc(sentAt),
            Destination = command.Destination.ToString(),
            MessageTypes = string.Join(';', command.PayloadType),
            MessageId = send.MessageId,
            Headers = ScheduledHeaders.Of(send, expiresAt, properties).Json(),
            ContentType = serializer.ContentType.ToString(),
            Body = body,
        };
    }

    static ScheduleMessage Complete(ScheduleMessage command) => command switch
    {
        { CorrelationId: var token } when token == Guid.Empty =>
            throw new UnschedulableException("It has no CorrelationId, which is its token."),
        { Destination: null } => throw new UnschedulableException("It has no Destination."),
        { Payload: null } => throw new UnschedulableException("It has no Payload."),
        { PayloadType: null or [] } => throw new UnschedulableException("It has no PayloadType."),
        _ => command,
    };

    /// <summary>Without a kind it is meant as UTC; cut to what the database keeps.</summary>
    public static DateTime Utc(DateTime time) =>
        LedgerTime.Time(LedgerTime.Of(time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time));
}
