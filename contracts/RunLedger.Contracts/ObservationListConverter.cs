using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RunLedger.Contracts;

/// <summary>
/// Writes each observation as it would be alone, with its type in front. With the serializer's own attributes for that
/// one that is alone would have a type too, wherever it is declared as an object.
/// </summary>
sealed class ObservationListConverter : JsonConverter<IReadOnlyList<RunObservation>>
{
    static readonly Dictionary<string, Type> Types = typeof(RunObservation).Assembly.GetExportedTypes()
        .Where(type => type is { IsAbstract: false } && type.IsSubclassOf(typeof(RunObservation)))
        .ToDictionary(type => type.Name, StringComparer.Ordinal);

    public override IReadOnlyList<RunObservation> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw new JsonException("Observations are an array.");
        return [.. document.RootElement.EnumerateArray().Select(item => Read(item, options))];
    }

    public override void Write(
        Utf8JsonWriter writer, IReadOnlyList<RunObservation> value, JsonSerializerOptions options)
    {
        var typed = new ArrayBufferWriter<byte>(512);
        writer.WriteStartArray();
        foreach (var observation in value)
        {
            var type = observation.GetType();
            typed.ResetWrittenCount();
            typed.Write("{\"type\":"u8);
            typed.Write(JsonSerializer.SerializeToUtf8Bytes(type.Name));
            typed.Write(","u8);
            typed.Write(JsonSerializer.SerializeToUtf8Bytes(observation, type, options).AsSpan(1));
            writer.WriteRawValue(typed.WrittenSpan, skipInputValidation: true);
        }

        writer.WriteEndArray();
    }

    static RunObservation Read(JsonElement item, JsonSerializerOptions options) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty("type", out var name)
        && name.ValueKind == JsonValueKind.String && Types.TryGetValue(name.GetString()!, out var type)
            ? (RunObservation)item.Deserialize(type, options)!
            : throw new JsonException(
                $"An observation begins with a \"type\": one of {string.Join(", ", Types.Keys)}.");
}
