using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Scheduling;
using MassTransit.Serialization;
using RunLedger.Intake;

namespace RunLedger.Scheduling;

/// <summary>
/// Reads commands that come without MassTransit's envelope: plain JSON whose headers, or whose members, say which
/// command it is. MassTransit's own raw deserializer would take it for all of them.
/// </summary>
sealed class ScheduleDeserializer : ISerializerFactory, IMessageDeserializer
{
    static readonly Dictionary<string, string> Urns = new Type[]
    {
        typeof(ScheduleMessage), typeof(CancelScheduledMessage), typeof(ScheduleRecurringMessage),
        typeof(CancelScheduledRecurringMessage), typeof(PauseScheduledRecurringMessage),
        typeof(ResumeScheduledRecurringMessage),
    }.ToDictionary(type => type.Name, MessageUrn.ForTypeString, StringComparer.Ordinal);

    /// <summary>The names of all.</summary>
    public static IReadOnlyCollection<string> Commands => Urns.Keys;

    /// <summary>By its plain name, or MassTransit's URN.</summary>
    public static bool IsCommand(string? name) => name is not null && Urns.ContainsKey(Plain(name));

    /// <summary>Which command its headers say it is; null where they do not.</summary>
    public static string? Named(ReceiveContext context) =>
        ContractNames.Of(context).FirstOrDefault(IsCommand) is { } name ? Plain(name) : null;

    public ContentType ContentType => LedgerEndpoint.Plain;

    public IMessageSerializer CreateSerializer() => throw new NotSupportedException("This only reads.");

    public IMessageDeserializer CreateDeserializer() => this;

    public ConsumeContext Deserialize(ReceiveContext receiveContext)
    {
        var json = Read(receiveContext);
        if (HasEnvelope(json))
        {
            return new BodyConsumeContext(
                receiveContext,
                SystemTextJsonMessageSerializer.Instance.Deserialize(
                    receiveContext.Body, receiveContext.TransportHeaders, receiveContext.InputAddress));
        }

        return new BodyConsumeContext(receiveContext, new SystemTextJsonRawSerializerContext(
            SystemTextJsonMessageSerializer.Instance,
            SystemTextJsonMessageSerializer.Options,
            ContentType,
            new PlainMessageContext(new TolerantHeaders(receiveContext.TransportHeaders), receiveContext.InputAddress),
            [Urns[CommandOf(receiveContext, json)]],
            RawSerializerOptions.Default,
            json));
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        throw new NotSupportedException("The scheduler's queue takes messages from its transport only.");

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) =>
        context.CreateScope("commands").Add("contentType", ContentType.MediaType);

    static JsonElement Read(ReceiveContext context) =>
        ObservationDeserializer.TryUnpack(context, out var body) is { } unpacking
            ? throw new UnschedulableException(unpacking)
            : JsonBody.TryRead(body, out var json, out var fault) ? json : throw new UnschedulableException(fault);

    static string Plain(string name) => name[(name.LastIndexOfAny([':', '.']) + 1)..];

    static bool HasEnvelope(JsonElement json) => Has(json, "messageType") && Has(json, "message");

    static string CommandOf(ReceiveContext context, JsonElement json)
    {
        if (Named(context) is { } name)
            return name;
        return Has(json, "schedule") ? nameof(ScheduleRecurringMessage)
            : Has(json, "payload") ? nameof(ScheduleMessage)
            : Has(json, "tokenId") ? nameof(CancelScheduledMessage)
            : throw new UnschedulableException(
                "It does not say which command it is: set the property `type` to one of "
                + $"{string.Join(", ", Commands)}.");
    }

    static bool Has(JsonElement json, string member) =>
        json.ValueKind == JsonValueKind.Object
        && json.EnumerateObject().Any(m => m.Name.Equals(member, StringComparison.OrdinalIgnoreCase));
}
