using System.Net.Mime;
using System.Text;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using RunLedger.Contracts;
using RunLedger.Folding;

namespace RunLedger.Intake;

/// <summary>
/// Reads what arrives at the ledger's queue: MassTransit's envelope, CloudEvents, and plain JSON from everybody else.
/// A body becomes exactly one message: the observation it is, <see cref="ObservationBatch"/> where it is several, or
/// <see cref="RejectedBody"/> with what is wrong. Nothing throws, because what throws here would be retried.
/// </summary>
sealed class ObservationDeserializer(ContentType contentType, bool envelope) : ISerializerFactory, IMessageDeserializer
{
    /// <summary>What RabbitMQ 4 takes for a message at most.</summary>
    const int MostUnpacked = 16 * 1024 * 1024;

    public ContentType ContentType => contentType;

    public IMessageSerializer CreateSerializer() => throw new NotSupportedException("This only reads.");

    public IMessageDeserializer CreateDeserializer() => this;

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        var message = Read(receiveContext, out var context);
        return new BodyConsumeContext(receiveContext, new SystemTextJsonSerializerContext(
            SystemTextJsonMessageSerializer.Instance,
            JsonBody.Options,
            contentType,
            context,
            [MessageUrn.ForTypeString(message.GetType())],
            message: message));
    }

    /// <summary>The one message that a body is.</summary>
    public object Read(ReceiveContext receiveContext, out MessageContext context)
    {
        var headers = receiveContext.TransportHeaders;
        context = new PlainMessageContext(new TolerantHeaders(headers), receiveContext.InputAddress);
        try
        {
            return TryUnpack(receiveContext, out var body) is { } fault ? Unreadable(receiveContext, fault)
                : envelope ? Unwrap(receiveContext, body, ref context)
                : Plain(receiveContext, body, ref context);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException
            or InvalidOperationException or DecoderFallbackException)
        {
            return Unreadable(receiveContext, Words(e));
        }
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        throw new NotSupportedException("The ledger's queue takes messages from its transport only.");

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) =>
        context.CreateScope("observations").Add("contentType", contentType.MediaType);

    /// <summary>What an exception says, for the one who sent the body.</summary>
    public static string Words(Exception e)
    {
        // The converter's own words (half a surrogate pair, no GUID) are in the inner exception.
        var words = e.InnerException is { } inner && !e.Message.Contains(inner.Message, StringComparison.Ordinal)
            ? $"{e.Message} {inner.Message}"
            : e.Message;
        return e is JsonException { Path: { Length: > 0 } path } && !words.Contains(path, StringComparison.Ordinal)
            ? $"{words} Path: {path}"
            : words;
    }

    /// <summary>What is wrong, or null and the JSON that a body holds.</summary>
    public static string? TryUnpack(ReceiveContext context, out ReadOnlyMemory<byte> body)
    {
        body = context.Body.GetBytes();
        var encoding = context.TryGetPayload(out RabbitMqBasicConsumeContext? delivery)
            ? delivery.Properties.ContentEncoding
            : null;
        // What is JSON all the same is read.
        if (JsonBody.Unpack(ref body, encoding, MostUnpacked) is { } fault && !JsonBody.TryParse(body, out _, out _))
            return fault;
        if (AmqpValue.Is(body.Span))
            body = AmqpValue.Read(body);
        body = JsonBody.WithoutMark(body);
        return null;
    }

    static object Unwrap(ReceiveContext receive, ReadOnlyMemory<byte> body, ref MessageContext context)
    {
        Envelope? read;
        try
        {
            read = JsonSerializer.Deserialize<Envelope>(body.Span, JsonBody.Options);
        }
        catch (JsonException e)
        {
            return Unreadable(receive, JsonBody.TryParse(body, out _, out var fault) ? Words(e) : fault);
        }

        if (read?.Message is not { } json)
            return new RejectedBody(null, "The body says it is MassTransit's envelope and has no message in it.");
        context = new EnvelopeMessageContext(read, SystemTextJsonMessageSerializer.Instance);
        return Read(read.MessageType ?? [], json);
    }

    static object Plain(ReceiveContext receive, ReadOnlyMemory<byte> body, ref MessageContext context)
    {
        if (!JsonBody.TryParse(body, out var json, out var fault))
            return Unreadable(receive, fault);
        if (Has(json, "messageType", JsonValueKind.Array) && Has(json, "message", JsonValueKind.Object))
            return Unwrap(receive, body, ref context);
        return CloudEvent.Is(json, receive.ContentType?.MediaType)
            ? CloudEvent.Read(json) is var (type, data)
                ? Read([type, .. ContractNames.Of(receive)], data)
                : Unreadable(receive, CloudEvent.Fault(json))
            : Read([.. ContractNames.Of(receive)], json);
    }

    static object Read(string[] names, JsonElement json)
    {
        if (Resolve(names) is { } contract)
        {
            return contract == typeof(RunObservations)
                ? ObservationBatch.Of(json)
                : JsonBody.ToContract(contract, json, out _);
        }

        return new RejectedBody(
            names.FirstOrDefault(),
            (names.Length == 0
                ? "The message names no contract"
                : $"No contract of the ledger is named {string.Join(" or ", names)}")
            + ": publish to the exchange of one (RunLedger.Contracts:RunStarted, …), or set the property `type` to one "
            + $"of {string.Join(", ", ContractMap.Names)}, {nameof(RunObservations)}.");
    }

    /// <summary>Who sent another format is told which one is read.</summary>
    static RejectedBody Unreadable(ReceiveContext context, string fault)
    {
        var contract = Resolve(ContractNames.Of(context));
        var format = context.ContentType?.MediaType;
        return new RejectedBody(
            contract?.Name,
            format is null || format.EndsWith("json", StringComparison.OrdinalIgnoreCase)
                ? $"The body cannot be read. {fault}"
                : $"The body says it is {format}, and the ledger reads JSON: publish it as application/json. {fault}");
    }

    static Type? Resolve(IEnumerable<string> names) =>
        names.Select(ContractNames.Resolve).FirstOrDefault(type => type is not null);

    static bool Has(JsonElement json, string member, JsonValueKind kind) =>
        ReadableJson.Member(json, member) is { } value && value.ValueKind == kind;
}
