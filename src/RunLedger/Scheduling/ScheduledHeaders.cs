using System.Text.Json;
using System.Text.Json.Serialization;
using MassTransit;
using MassTransit.Context;

namespace RunLedger.Scheduling;

/// <summary>What a message is sent with besides its body: the column <c>headers</c>.</summary>
sealed record ScheduledHeaders
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new TypedValueConverter() },
    };

    public Guid? RequestId { get; init; }
    public Guid? ConversationId { get; init; }
    public Guid? CorrelationId { get; init; }
    public Guid? InitiatorId { get; init; }
    public Uri? SourceAddress { get; init; }
    public Uri? ResponseAddress { get; init; }
    public Uri? FaultAddress { get; init; }
    public DateTime? ExpiresAt { get; init; }
    public Dictionary<string, object?> Headers { get; init; } = [];

    /// <summary>What only its transport knows: <see cref="AmqpProperties"/>.</summary>
    public Dictionary<string, object?>? Properties { get; init; }

    public static ScheduledHeaders Of(
        SendContext context, DateTime? expiresAt, IDictionary<string, object>? properties = null) =>
        new()
        {
            RequestId = context.RequestId,
            ConversationId = context.ConversationId,
            CorrelationId = context.CorrelationId,
            InitiatorId = context.InitiatorId,
            SourceAddress = context.SourceAddress,
            ResponseAddress = context.ResponseAddress,
            FaultAddress = context.FaultAddress,
            ExpiresAt = expiresAt,
            Headers = context.Headers.GetAll().ToDictionary(header => header.Key, object? (header) => header.Value),
            Properties = properties?.ToDictionary(property => property.Key, object? (property) => property.Value),
        };

    public static ScheduledHeaders Read(string json) => JsonSerializer.Deserialize<ScheduledHeaders>(json, Options)!;

    public string Json() => JsonSerializer.Serialize(this, Options);

    /// <summary>Puts all of it on a message that is about to be sent.</summary>
    public void Apply(SendContext context, DateTime now)
    {
        context.RequestId = RequestId;
        context.ConversationId = ConversationId;
        context.CorrelationId = CorrelationId;
        context.InitiatorId = InitiatorId;
        context.SourceAddress = SourceAddress ?? context.SourceAddress;
        context.ResponseAddress = ResponseAddress;
        context.FaultAddress = FaultAddress;
        if (ExpiresAt is { } end)
            context.TimeToLive = end > now ? end - now : TimeSpan.FromSeconds(1);
        foreach (var (name, value) in Headers)
            context.Headers.Set(name, value);
        if (Properties is not null && context is TransportSendContext transport)
            transport.ReadPropertiesFrom(Properties.ToDictionary(p => p.Key, p => p.Value!));
        if (context.TryGetPayload(out RabbitMqSendContext? rabbit))
            AmqpProperties.Write(Properties, rabbit.BasicProperties);
    }
}
