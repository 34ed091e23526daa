using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using MassTransit;
using MassTransit.Serialization;
using RunLedger.Broker;
using RunLedger.Contracts;
using RunLedger.Folding;

namespace RunLedger.Intake;

/// <summary>
/// Reads one observation where all about its delivery is as most write it: MassTransit's envelope, or plain JSON whose
/// contract its exchange or its type names. It reads what <see cref="ObservationDeserializer"/> reads of the same
/// delivery, or nothing: what is unusual is left to that.
/// </summary>
static class PlainReading
{
    static readonly FrozenDictionary<string, JsonTypeInfo> Contracts = ContractMap.Folded
        .SelectMany(name => new[] { name, $"RunLedger.Contracts:{name}", $"urn:message:RunLedger.Contracts:{name}" },
            (name, known) => KeyValuePair.Create(known, JsonBody.Options.GetTypeInfo(ContractMap.TypeOf(name)!)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    static readonly int LongestName = Contracts.Keys.Max(name => name.Length);

    /// <summary>What else stands in an envelope as text, and says nothing to the ledger.</summary>
    static readonly byte[][] Texts =
    [
        [.. "messageId"u8], [.. "requestId"u8], [.. "correlationId"u8], [.. "conversationId"u8], [.. "initiatorId"u8],
        [.. "sourceAddress"u8], [.. "destinationAddress"u8], [.. "responseAddress"u8], [.. "faultAddress"u8],
    ];

    /// <summary>What nobody reads, whatever it is.</summary>
    static readonly byte[][] Ignored = [[.. "expirationTime"u8], [.. "host"u8]];

    /// <summary>Whether it did.</summary>
    public static bool TryRead(
        Delivery delivery, [NotNullWhen(true)] out RunObservation? message, out DateTime? sentAt)
    {
        (message, sentAt) = (null, null);
        var properties = delivery.Properties;
        // Python's libraries name the character set there. One that was set aside goes back to its row.
        if (properties.ContentEncoding is not (null or "" or "utf-8")
            || properties.Headers?.ContainsKey(Rejections.AgainHeader) is true)
            return false;
        try
        {
            if (properties.ContentType == SystemTextJsonMessageSerializer.JsonContentType.MediaType)
                message = Unwrap(delivery.Body.Span, out sentAt);
            else if (properties.ContentType == LedgerEndpoint.Plain.MediaType)
                message = Plain(delivery);
            return message is not null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    static RunObservation? Unwrap(ReadOnlySpan<byte> body, out DateTime? sentAt)
    {
        sentAt = null;
        JsonTypeInfo? contract = null;
        ReadOnlySpan<byte> message = default;
        // Text that is none is refused, even where nobody asks for it.
        if (!Utf8.IsValid(body))
            return null;
        var json = new Utf8JsonReader(body);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("message"u8))
            {
                json.Read();
                var from = (int)json.TokenStartIndex;
                json.Skip();
                message = body[from..(int)json.BytesConsumed];
            }
            else if (json.ValueTextEquals("messageType"u8))
            {
                if ((contract = First(ref json)) is null)
                    return null;
            }
            else if (json.ValueTextEquals("sentTime"u8))
            {
                json.Read();
                sentAt = json.TokenType == JsonTokenType.String && json.TryGetDateTimeOffset(out var time)
                    ? time.UtcDateTime
                    : null;
                json.Skip();
            }
            else if (json.ValueTextEquals("headers"u8) ? Again(ref json) : !Ignore(ref json))
            {
                return null;
            }
        }

        // Nothing may follow.
        return contract is null || message.IsEmpty || json.Read() ? null : Read(message, contract);
    }

    static RunObservation? Plain(Delivery delivery)
    {
        var name = delivery.Properties.Type is { Length: > 0 } type ? type : delivery.Exchange;
        if (!Contracts.TryGetValue(name, out var contract) || ContractNames.AnyIn(delivery.Properties.Headers))
            return null;
        var json = new Utf8JsonReader(delivery.Body.Span);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            // An envelope, or a CloudEvent, whatever its content type says.
            if (json.ValueTextEquals("messageType"u8) || json.ValueTextEquals("specversion"u8))
                return null;
            json.Skip();
        }

        return Read(delivery.Body.Span, contract);
    }

    static RunObservation? Read(ReadOnlySpan<byte> json, JsonTypeInfo contract) =>
        (RunObservation?)JsonSerializer.Deserialize(json, contract);

    /// <summary>The contract that the first of the names means.</summary>
    static JsonTypeInfo? First(ref Utf8JsonReader names)
    {
        if (!names.Read() || names.TokenType != JsonTokenType.StartArray
            || !names.Read() || names.TokenType != JsonTokenType.String || names.ValueSpan.Length > LongestName)
            return null;
        Span<char> name = stackalloc char[LongestName];
        Contracts.GetAlternateLookup<ReadOnlySpan<char>>()
            .TryGetValue(name[..names.CopyString(name)], out var first);
        while (names.Read() && names.TokenType == JsonTokenType.String)
            Check(in names);

        return names.TokenType == JsonTokenType.EndArray ? first : null;
    }

    static bool Again(ref Utf8JsonReader headers)
    {
        headers.Read();
        if (headers.TokenType != JsonTokenType.StartObject)
            return headers.TokenType != JsonTokenType.Null;
        while (headers.Read() && headers.TokenType == JsonTokenType.PropertyName)
        {
            if (headers.ValueTextEquals(Rejections.AgainHeader))
                return true;
            Check(in headers);
            headers.Skip();
        }

        return false;
    }

    static bool Ignore(ref Utf8JsonReader json)
    {
        if (IsOneOf(Texts, in json))
        {
            json.Read();
            if (json.TokenType == JsonTokenType.String)
                Check(in json);
            return json.TokenType is JsonTokenType.String or JsonTokenType.Null;
        }

        if (!IsOneOf(Ignored, in json))
            return false;
        json.Skip();
        return true;
    }

    static bool IsOneOf(byte[][] names, in Utf8JsonReader json)
    {
        foreach (var name in names)
        {
            if (json.ValueTextEquals(name))
                return true;
        }

        return false;
    }

    /// <exception cref="InvalidOperationException">It holds half a surrogate pair.</exception>
    static void Check(in Utf8JsonReader text)
    {
        if (text.ValueIsEscaped)
            text.GetString();
    }
}
