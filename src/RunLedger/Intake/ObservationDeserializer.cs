using System.Net.Mime;
using System.Text;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using RunLedger.Folding;

namespace RunLedger.Intake;

/// <summary>
/// Reads what arrives at the ledger's queue: MassTransit's envelope, and plain JSON from publishers that are not .NET.
/// A body becomes exactly one message: the observation it is, or <see cref="RejectedBody"/> with what is wrong. Nothing
/// throws, because what throws here would be retried.
/// </summary>
sealed class ObservationDeserializer(ContentType contentType, bool envelope) : ISerializerFactory, IMessageDeserializer
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        AllowTrailingCommas = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict,
    };

    public ContentType ContentType => contentType;

    public IMessageSerializer CreateSerializer() => throw new NotSupportedException("This only reads.");

    public IMessageDeserializer CreateDeserializer() => this;

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        var headers = receiveContext.TransportHeaders;
        MessageContext context = new PlainMessageContext(new TolerantHeaders(headers), receiveContext.InputAddress);
        object message;
        try
        {
            var body = receiveContext.Body.GetBytes();
            message = envelope ? Unwrap(body, ref context) : Plain(receiveContext, body);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException
            or InvalidOperationException or DecoderFallbackException)
        {
            message = new RejectedBody(null, $"The body is not readable: {Words(e)}");
        }

        return new BodyConsumeContext(receiveContext, new SystemTextJsonSerializerContext(
            SystemTextJsonMessageSerializer.Instance,
            Options,
            contentType,
            context,
            [MessageUrn.ForTypeString(message.GetType())],
            message: message));
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        throw new NotSupportedException("The ledger's queue takes messages from its transport only.");

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) =>
        context.CreateScope("observations").Add("contentType", contentType.MediaType);

    /// <summary>Reads a contract's JSON; what is wrong with it is said in words.</summary>
    public static object Read(Type contract, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return new RejectedBody(contract.Name, $"A {contract.Name} is a JSON object, and this is {Kind(json)}.");
        try
        {
            return json.Deserialize(contract, Options)!;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return new RejectedBody(contract.Name, $"Not a {contract.Name}: {Words(e)}");
        }
    }

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

    static object Unwrap(byte[] body, ref MessageContext context)
    {
        var read = JsonSerializer.Deserialize<Envelope>(body, Options);
        if (read?.Message is not { } json)
            return new RejectedBody(null, "The body says it is MassTransit's envelope and has no message in it.");
        context = new EnvelopeMessageContext(read, SystemTextJsonMessageSerializer.Instance);
        foreach (var name in read.MessageType ?? [])
        {
            if (ContractNames.Resolve(name) is { } contract)
                return Read(contract, json);
        }

        return Unknown(read.MessageType ?? []);
    }

    static object Plain(ReceiveContext context, byte[] body)
    {
        var names = ContractNames.Of(context).ToList();
        var contract = names.Select(ContractNames.Resolve).FirstOrDefault(type => type is not null);
        if (contract is null)
            return Unknown(names);
        try
        {
            return Read(contract, JsonSerializer.Deserialize<JsonElement>(body, Options));
        }
        catch (JsonException e)
        {
            return new RejectedBody(contract.Name, $"The body is not JSON: {Words(e)}");
        }
    }

    static RejectedBody Unknown(IReadOnlyCollection<string> names) => new(
        names.FirstOrDefault(),
        (names.Count == 0
            ? "The message names no contract"
            : $"No contract of the ledger is named {string.Join(" or ", names)}")
        + ": publish to the exchange of one (RunLedger.Contracts:RunStarted, …), or set the property `type` to one of "
        + string.Join(", ", ContractMap.Names) + ".");

    static string Kind(JsonElement json) => json.ValueKind.ToString().ToLowerInvariant();
}
