using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Logging;
using MassTransit.Serialization;
using Microsoft.Extensions.Logging;
using RunLedger.Contracts;
using RunLedger.Storage.Rows;

namespace RunLedger.Scheduling;

/// <summary>Puts one stored message on the bus, as it was given. Returns when the broker has confirmed it.</summary>
sealed class MessageSender(IEnumerable<RecurringMessage> recurring, ILoggerFactory loggers, TimeProvider time)
{
    /// <summary>In place of MassTransit's, which calls a message that came back an error.</summary>
    readonly BusLogContext _returnsUnsaid = new(new UnsaidReturns(loggers));

    /// <summary>What the ledger publishes: sent as what it is, so that observers and test harnesses see it.</summary>
    static readonly Dictionary<string, Type> Known = typeof(LedgerNotice).Assembly.GetExportedTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false })
        .ToDictionary(type => MessageUrn.ForTypeString(type));

    readonly Dictionary<Guid, RecurringMessage> _recurring = recurring.DistinctBy(r => r.Name)
        .ToDictionary(r => r.Token);

    public IReadOnlyCollection<RecurringMessage> Recurring => _recurring.Values;

    public async Task Send(IBus bus, ScheduledRow row, SendAttempt attempt)
    {
        if (row.Schedule is not null)
            row = Occurrence.Of(row, time.GetUtcNow().UtcDateTime);
        if (row.RepeatEvery is not null)
        {
            var message = _recurring[row.Token].Make(row.DueAt);
            await To(bus, row, (endpoint, mandatory) => endpoint.Send(
                message, message.GetType(), Firing(row, attempt, mandatory), attempt.Ended));
        }
        else if (row.Destination is null)
        {
            await Publish(bus, row, attempt);
        }
        else
        {
            await To(bus, row, (endpoint, mandatory) => endpoint.Send(
                new SerializedMessageBody(), AsStored(row, attempt, mandatory), attempt.Ended));
        }
    }

    async Task Publish(IBus bus, ScheduledRow row, SendAttempt attempt)
    {
        var urn = row.MessageTypes.Split(';')[0];
        if (Known.TryGetValue(urn, out var type))
        {
            using var envelope = JsonDocument.Parse(row.Body);
            var message =
                envelope.RootElement.GetProperty("message").Deserialize(type, SystemTextJsonMessageSerializer.Options)!;
            await bus.Publish(
                message, type, Pipe.Execute<SendContext>(context => Apply(context, row, attempt)), attempt.Ended);
            return;
        }

        // Somebody else's type: by the name that MassTransit gives its exchange.
        var exchange = new Uri(
            $"exchange:{urn[(urn.IndexOf("message:", StringComparison.Ordinal) + "message:".Length)..]}");
        var endpoint = await bus.GetSendEndpoint(exchange);
        await endpoint.Send(new SerializedMessageBody(), AsStored(row, attempt), attempt.Ended);
    }

    // A sender of `queue:x` declares the queue, and RabbitMQ refuses that where it exists with arguments (a quorum
    // queue). So the exchange of that name is tried first, to which its queue is bound, and the queue where none takes
    // it.
    async Task To(IBus bus, ScheduledRow row, Func<ISendEndpoint, bool, Task> send)
    {
        var address = new Uri(row.Destination!, UriKind.Absolute);
        if (address.Scheme == "queue" && bus.Address.Scheme != "loopback")
        {
            var exchange = await bus.GetSendEndpoint(new Uri($"exchange:{address.PathAndQuery}"));
            if (await IsTaken(() => send(exchange, true)))
                return;
        }

        await send(await bus.GetSendEndpoint(address), false);
    }

    /// <summary>False when nobody has declared the queue yet.</summary>
    async Task<bool> IsTaken(Func<Task> send)
    {
        // For this call and what it calls.
        LogContext.Current = _returnsUnsaid;
        try
        {
            await send();
            return true;
        }
        catch (MessageReturnedException)
        {
            return false;
        }
    }

    static IPipe<SendContext> Firing(ScheduledRow row, SendAttempt attempt, bool mandatory) =>
        Pipe.Execute<SendContext>(context =>
        {
            context.MessageId = RecurringMessage.MessageId(row);
            Require(context, mandatory);
            context.AddOrUpdatePayload(() => attempt, _ => attempt);
        });

    IPipe<SendContext> AsStored(ScheduledRow row, SendAttempt attempt, bool mandatory = false) =>
        Pipe.Execute<SendContext>(context =>
        {
            Apply(context, row, attempt);
            Require(context, mandatory);
            context.SupportedMessageTypes = row.MessageTypes.Split(';', StringSplitOptions.RemoveEmptyEntries);
            context.Serializer = new CopyBodySerializer(
                new ContentType(row.ContentType), new MemoryMessageBody(row.Body));
        });

    static void Require(SendContext context, bool mandatory)
    {
        if (mandatory && context.TryGetPayload(out RabbitMqSendContext? rabbit))
            rabbit.Mandatory = true;
    }

    void Apply(SendContext context, ScheduledRow row, SendAttempt attempt)
    {
        context.MessageId = row.MessageId;
        ScheduledHeaders.Read(row.Headers).Apply(context, time.GetUtcNow().UtcDateTime);
        context.AddOrUpdatePayload(() => attempt, _ => attempt);
    }
}
