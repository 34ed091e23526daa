using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Intake;

/// <summary>Reads a contract's time as <see cref="WireTime"/> does.</summary>
sealed class WireTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // As the framework reads it, where it can: an offset of the sender's is kept.
        if (reader.TokenType == JsonTokenType.String && reader.TryGetDateTime(out var written)
            && written.Kind != DateTimeKind.Unspecified && reader.TryGetDateTimeOffset(out var plain))
            return plain;
        var fault = $"is a {reader.TokenType}".ToLowerInvariant();
        if (reader.TokenType == JsonTokenType.String && WireTime.TryRead(reader.GetString(), out var time, out fault))
            return time;
        throw new JsonException($"The time {fault}: send {WireTime.Send}.");
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("O", CultureInfo.InvariantCulture));
}
