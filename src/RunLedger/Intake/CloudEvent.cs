using System.Text.Json;

namespace RunLedger.Intake;

/// <summary>
/// A CloudEvent in structured mode: its JSON is the body. In binary mode the body is its data, and its type a header.
/// </summary>
static class CloudEvent
{
    const string Format = "application/cloudevents";

    public static bool Is(JsonElement json, string? contentType) =>
        contentType?.StartsWith(Format, StringComparison.OrdinalIgnoreCase) is true
        || (ReadableJson.Member(json, "specversion") is not null && ReadableJson.Member(json, "type") is not null);

    /// <summary>Null where it is none that the ledger reads.</summary>
    public static (string Type, JsonElement Data)? Read(JsonElement json)
    {
        if (ReadableJson.Member(json, "type") is not { ValueKind: JsonValueKind.String } type)
            return null;
        if (ReadableJson.Member(json, "data") is { } data)
        {
            // Some clients send JSON that was written before as text.
            return data.ValueKind != JsonValueKind.String ? (type.GetString()!, data)
                : JsonBody.TryParse(System.Text.Encoding.UTF8.GetBytes(data.GetString()!), out data, out _)
                    ? (type.GetString()!, data)
                    : null;
        }

        return ReadableJson.Member(json, "data_base64") is { ValueKind: JsonValueKind.String } packed
            && packed.TryGetBytesFromBase64(out var bytes) && JsonBody.TryParse(bytes, out data, out _)
            ? (type.GetString()!, data)
            : null;
    }

    public static string Fault(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? "It is a batch of CloudEvents: send each as a message of its own."
        : "It is a CloudEvent without a type, or without JSON as its data: send both.";
}
