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
        var command = context.Message;
        var token = command.CorrelationId != Guid.Empty ? command.CorrelationId
            : throw new UnschedulableException("It has no CorrelationId, which is its token.");
        var what = Complete(context, command.Destination, command.PayloadType, command.Payload);
        return Row(context, what, token, command.ScheduledTime, now);
    }

    /// <summary>As a command on the queue; its message is sent again and again, each with an id of its own.</summary>
    /// <inheritdoc cref="Row(ConsumeContext{ScheduleMessage}, DateTimeOffset)" path="/exception"/>
    public static ScheduledRow Row(ConsumeContext<ScheduleRecurringMessage> context, DateTimeOffset now)
    {
        var command = context.Message;
        var what = Complete(context, command.Destination, command.PayloadType, command.Payload);
        var schedule = CronSchedule.Of(command.Schedule);
        var due = schedule.First(now.UtcDateTime)
            ?? throw new UnschedulableException($"Its schedule '{schedule.Cron}' has no time that is still to come.");
        return Row(context, what, schedule.Token, due, now, schedule) with { Schedule = schedule.Json() };
    }

    /// <summary>As asked for in this process.</summary>
    /// <param name="send">What the caller's pipe has set.</param>
    public static ScheduledRow Row(
        ScheduleMessage command, MessageSendContext<ScheduleMessage> send, DateTimeOffset now)
    {
        var envelope = new JsonMessageEnvelope(send, command.Payload) { MessageType = command.PayloadType };
        var properties = new Dictionary<string, object>();
        send.WritePropertiesTo(properties);
        return Row(
            send,
            new Payload(command.Destination, command.PayloadType, command.Payload),
            send.ScheduledMessageId ?? command.CorrelationId,
            command.ScheduledTime,
            new SystemTextJsonBodyMessageSerializer(
                envelope,
                SystemTextJsonMessageSerializer.JsonContentType,
                SystemTextJsonMessageSerializer.Options,
                command.PayloadType),
            now.UtcDateTime,
            send.TimeToLive is { } left ? now.UtcDateTime + left : null,
            properties);
    }

    /// <summary>Without a kind it is meant as UTC; cut to what the database keeps.</summary>
    public static DateTime Utc(DateTime time) =>
        LedgerTime.Time(LedgerTime.Of(time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time));

    static ScheduledRow Row<T>(
        ConsumeContext<T> context,
        Payload what,
        Guid token,
        DateTime due,
        DateTimeOffset now,
        CronSchedule? schedule = null)
        where T : class
    {
        var properties = AmqpProperties.Read(context.ReceiveContext, context.Headers);
        var send = new MessageSendContext<T>(context.Message)
        {
            // One that is no GUID is among the properties.
            MessageId = context.MessageId ?? (AmqpProperties.HasMessageId(properties) ? null : token),
            RequestId = context.RequestId,
            ConversationId = context.ConversationId,
            CorrelationId = context.CorrelationId,
            InitiatorId = context.InitiatorId,
            SourceAddress = context.SourceAddress,
            ResponseAddress = context.ResponseAddress,
            FaultAddress = context.FaultAddress,
        };
        foreach (var (name, value) in context.Headers.GetAll())
        {
            if (!AmqpProperties.IsNote(name))
                send.Headers.Set(name, value);
        }

        if (schedule is not null)
        {
            send.Headers.Set(MessageHeaders.Quartz.ScheduleId, schedule.Id);
            send.Headers.Set(MessageHeaders.Quartz.ScheduleGroup, schedule.Group);
        }

        return Row(
            send,
            what,
            token,
            due,
            context.SerializerContext.GetMessageSerializer(what.Message, what.Types),
            context.SentTime ?? now.UtcDateTime,
            context.ExpirationTime ?? AmqpProperties.ExpiresAt(context.ReceiveContext, now.UtcDateTime),
            properties);
    }

    static ScheduledRow Row<T>(
        MessageSendContext<T> send,
        Payload what,
        Guid token,
        DateTime due,
        IMessageSerializer serializer,
        DateTime sentAt,
        DateTime? expiresAt,
        IDictionary<string, object>? properties)
        where T : class
    {
        send.DestinationAddress = what.Destination;
        send.SupportedMessageTypes = what.Types;
        send.Headers.Set(MessageHeaders.SchedulingTokenId, token.ToString("D"));
        // Writes the headers into the envelope, where there is one.
        var body = serializer.GetMessageBody(send).GetBytes();
        return new ScheduledRow
        {
            Token = token,
            DueAt = Utc(due),
            SentAt = Utc(sentAt),
            Destination = what.Destination.ToString(),
            MessageTypes = string.Join(';', what.Types),
            MessageId = send.MessageId,
            Headers = ScheduledHeaders.Of(send, expiresAt, properties).Json(),
            ContentType = serializer.ContentType.ToString(),
            Body = body,
        };
    }

    // Plain JSON is of no type, unless it says one.
    static Payload Complete(ConsumeContext context, Uri? destination, string[]? types, object? message) =>
        destination is null ? throw new UnschedulableException("It has no Destination.")
        : message is null ? throw new UnschedulableException("It has no Payload.")
        : types is null or [] && context.SerializerContext is not SystemTextJsonRawSerializerContext
            ? throw new UnschedulableException("It has no PayloadType.")
        : new Payload(destination, types ?? [], message);

    /// <summary>What is to be sent, and where.</summary>
    readonly record struct Payload(Uri Destination, string[] Types, object Message);
}
