using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;
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

    // As MassTransit reads them, but for what people write by hand.
    static readonly JsonSerializerOptions Options = Plainly();

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

        var command = CommandOf(receiveContext, json);
        CheckTimes(command, json);
        return new BodyConsumeContext(receiveContext, new SystemTextJsonRawSerializerContext(
            SystemTextJsonMessageSerializer.Instance,
            Options,
            ContentType,
            new PlainMessageContext(new TolerantHeaders(receiveContext.TransportHeaders), receiveContext.InputAddress),
            [Urns[command]],
            RawSerializerOptions.Default,
            json));
    }

    public SerializerContext Deserialize(MessageBody body, Headers headers, Uri? destinationAddress = null) =>
        throw new NotSupportedException("The scheduler's queue takes messages from its transport only.");

    public MessageBody GetMessageBody(string text) => new StringMessageBody(text);

    public void Probe(ProbeContext context) =>
        context.CreateScope("commands").Add("contentType", ContentType.MediaType);

    static JsonSerializerOptions Plainly()
    {
        var options = new JsonSerializerOptions(SystemTextJsonMessageSerializer.Options);
        options.Converters.Insert(0, new PlainTimeConverter());
        options.Converters.Insert(0, new WireTimeConverter());
        options.Converters.Insert(0, new PolicyConverter());
        return options;
    }

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

    // A time that is misspelt would be that of all that is not said: long ago, which is now.
    static void CheckTimes(string command, JsonElement json)
    {
        if (command == nameof(ScheduleMessage) && !CheckTime(json, "scheduledTime"))
        {
            throw new UnschedulableException(
                $"It has no ScheduledTime, which says when the message is sent: send {WireTime.Send}.");
        }

        CheckTime(json, "timestamp");
        if (Member(json, "schedule") is { } schedule)
        {
            CheckTime(schedule, "startTime");
            CheckTime(schedule, "endTime");
        }
    }

    /// <summary>Whether there is one, which can be read.</summary>
    static bool CheckTime(JsonElement json, string member)
    {
        if (Member(json, member) is not { ValueKind: not JsonValueKind.Null } time)
            return false;
        var fault = $"is a {time.ValueKind}".ToLowerInvariant();
        if (time.ValueKind == JsonValueKind.String && WireTime.TryRead(time.GetString(), out _, out fault))
            return true;
        throw new UnschedulableException($"Its {member} {fault}: send {WireTime.Send}.");
    }

    static bool Has(JsonElement json, string member) => Member(json, member) is not null;

    static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind != JsonValueKind.Object ? null : json.EnumerateObject()
            .Where(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(member => (JsonElement?)member.Value).LastOrDefault();

    /// <summary>Reads a time as observations have it; it is in UTC then.</summary>
    sealed class PlainTimeConverter : JsonConverter<DateTime>
    {
        static readonly WireTimeConverter Wire = new();

        public override DateTime Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Wire.Read(ref reader, typeof(DateTimeOffset), options).UtcDateTime;

        public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value);
    }

    /// <summary>
    /// By name or number; what is neither is nobody's, and refused with what is wrong with a schedule.
    /// </summary>
    sealed class PolicyConverter : JsonConverter<MissedEventPolicy>
    {
        public override MissedEventPolicy Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
                return (MissedEventPolicy)number;
            if (reader.TokenType == JsonTokenType.String
                && Enum.TryParse<MissedEventPolicy>(reader.GetString(), ignoreCase: true, out var named))
                return named;
            reader.Skip();
            return (MissedEventPolicy)(-1);
        }

        public override void Write(
            Utf8JsonWriter writer, MissedEventPolicy value, JsonSerializerOptions options) =>
            writer.WriteNumberValue((int)value);
    }
}
