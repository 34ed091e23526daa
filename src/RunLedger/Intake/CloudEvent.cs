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
        || (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("specversion", out _)
            && json.TryGetProperty("type", out _));

    /// <summary>Null where it is none that the ledger reads.</summary>
    public static (string Type, JsonElement Data)? Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("type", out var type)
            || type.ValueKind != JsonValueKind.String)
            return null;
        if (json.TryGetProperty("data", out var data))
        {
            // Some clients send JSON that was written before as text.
            return data.ValueKind != JsonValueKind.String ? (type.GetString()!, data)
                : JsonBody.TryRead(System.Text.Encoding.UTF8.GetBytes(data.GetString()!), out data, out _)
                    ? (type.GetString()!, data)
                    : null;
        }

        return json.TryGetProperty("data_base64", out data) && data.TryGetBytesFromBase64(out var bytes)
            && JsonBody.TryRead(bytes, out data, out _)
            ? (type.GetString()!, data)
            : null;
    }

    public static string Fault(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? "It is a batch of CloudEvents: send each as a message of its own."
        : "It is a CloudEvent without a type, or without JSON as its data: send both.";
}
