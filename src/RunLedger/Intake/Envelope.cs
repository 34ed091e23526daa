using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit.Serialization;

namespace RunLedger.Intake;

/// <summary>
/// MassTransit's envelope, as far as the ledger needs it. What an implementer of the envelope in another language got
/// wrong about ids, addresses and times is no reason to refuse what it says: such a value counts as not given.
/// </summary>
sealed class Envelope : MessageEnvelope
{
    public string? MessageId { get; set => field = Id(value); }
    public string? RequestId { get; set => field = Id(value); }
    public string? CorrelationId { get; set => field = Id(value); }
    public string? ConversationId { get; set => field = Id(value); }
    public string? InitiatorId { get; set => field = Id(value); }
    public string? SourceAddress { get; set => field = Address(value); }
    public string? DestinationAddress { get; set => field = Address(value); }
    public string? ResponseAddress { get; set => field = Address(value); }
    public string? FaultAddress { get; set => field = Address(value); }
    public string[]? MessageType { get; set; }
    public JsonElement? Message { get; set; }
    public Dictionary<string, object?>? Headers { get; set; }

    [JsonConverter(typeof(TimeOrNone))]
    public DateTimeOffset? SentTime { get; set; }

    object? MessageEnvelope.Message => Message;
    DateTime? MessageEnvelope.ExpirationTime => null;
    DateTime? MessageEnvelope.SentTime => SentTime?.UtcDateTime;
    MassTransit.HostInfo? MessageEnvelope.Host => null;

    static string? Id(string? value) => Guid.TryParse(value, out _) ? value : null;

    static string? Address(string? value) => Uri.TryCreate(value, UriKind.Absolute, out _) ? value : null;

    sealed class TimeOrNone : JsonConverter<DateTimeOffset?>
    {
        public override DateTimeOffset? Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time))
                return time;
            reader.Skip();
            return null;
        }

        public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options) =>
            throw new NotSupportedException("This only reads.");
    }
}
