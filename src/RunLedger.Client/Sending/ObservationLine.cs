using System.Text.Json;
using System.Text.Json.Serialization;
using RunLedger.Contracts;

namespace RunLedger.Client.Sending;

/// <summary>
/// An observation as one line of JSON with its type, as the HTTP API accepts it and the spool stores it.
/// </summary>
static class ObservationLine
{
    static readonly JsonSerializerOptions Json =
        new(JsonSerializerOptions.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    static readonly Dictionary<string, Type> Types = typeof(RunObservation).Assembly.GetExportedTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsSubclassOf(typeof(RunObservation)))
        .ToDictionary(type => type.Name, StringComparer.Ordinal);

    public static byte[] Serialize(OutboxEntry report)
    {
        var message = report.TraceParent is null
            ? report.Message
            : report.Message with { EvidenceRef = WithTraceParent(report) };
        using var buffer = new MemoryStream(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type", message.GetType().Name);
            foreach (var member in JsonSerializer.SerializeToElement(message, message.GetType(), Json)
                .EnumerateObject())
                member.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>Null where the line is no observation, or incomplete.</summary>
    public static RunObservation? Deserialize(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.TryGetProperty("type", out var name)
                && name.GetString() is { } type && Types.TryGetValue(type, out var contract)
                ? (RunObservation?)document.RootElement.Deserialize(contract, Json)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // https://www.w3.org/TR/trace-context/#traceparent-header, beside the caller's evidence.
    static JsonElement WithTraceParent(OutboxEntry report)
    {
        var members = new Dictionary<string, object?> { ["traceparent"] = report.TraceParent };
        if (report.Message.EvidenceRef is { ValueKind: JsonValueKind.Object } evidence)
        {
            foreach (var member in evidence.EnumerateObject())
                members[member.Name] = member.Value;
        }
        else if (report.Message.EvidenceRef is { } value)
        {
            members["value"] = value;
        }

        return JsonSerializer.SerializeToElement(members);
    }
}
