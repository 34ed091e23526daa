using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace RunLedger.Intake;

/// <summary>
/// Reads a contract that cannot be read as a whole, member by member: an optional one that cannot be read is mended
/// where it is text, and else left out. What is left out is named, in the contract's evidence too.
/// </summary>
static class ContractParts
{
    const string Evidence = "evidenceRef";

    /// <exception cref="JsonException">A member that must be there is missing, or cannot be read.</exception>
    /// <exception cref="FormatException">It cannot be read, and the message says why.</exception>
    public static object Read(Type contract, JsonElement json, out IReadOnlyList<string> dropped)
    {
        List<string> lost = [];
        JsonElement? evidence = null;
        var sent = Members(json);
        var kept = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(kept))
        {
            writer.WriteStartObject();
            foreach (var member in JsonBody.Options.GetTypeInfo(contract).Properties)
            {
                if (!sent.TryGetValue(member.Name, out var value))
                    continue;
                if (member.Name == Evidence)
                {
                    evidence = value;
                    continue;
                }

                var canBeRead = CanBeRead(value, member.PropertyType);
                var isText = member.PropertyType == typeof(string) && value.ValueKind == JsonValueKind.String;
                if (!canBeRead && !isText && !member.IsRequired)
                {
                    lost.Add(Unreadable(value, member.Name, member.PropertyType));
                    continue;
                }

                writer.WritePropertyName(member.Name);
                if (canBeRead || !isText)
                    WriteRaw(writer, value);
                else
                    writer.WriteStringValue(Mended(value, member.Name, member.IsRequired, lost));
            }

            if (lost.Count > 0)
            {
                writer.WritePropertyName(Evidence);
                EvidenceJson.Write(writer, lost, evidence is { } value ? json => WriteRaw(json, value) : null);
            }
            else if (evidence is { } asSent)
            {
                writer.WritePropertyName(Evidence);
                WriteRaw(writer, asSent);
            }

            writer.WriteEndObject();
        }

        dropped = lost;
        return JsonSerializer.Deserialize(kept.WrittenSpan, contract, JsonBody.Options)!;
    }

    // However their names are written; of members with the same name the last counts.
    static Dictionary<string, JsonElement> Members(JsonElement json)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
        foreach (var member in json.EnumerateObject())
        {
            if (ReadableJson.Name(member) is { } name)
                members[name] = member.Value;
        }

        return members;
    }

    static bool CanBeRead(JsonElement value, Type type)
    {
        try
        {
            value.Deserialize(type, JsonBody.Options);
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <exception cref="FormatException">It says who the run is: mended, two could become one.</exception>
    static string Mended(JsonElement text, string member, bool isRequired, List<string> lost)
    {
        if (isRequired || member == "idempotencyKey")
        {
            throw new FormatException(
                $"{member} holds half a surrogate pair, or bytes that are no UTF-8: send whole characters");
        }

        lost.Add($"{member}: {StorableText.Mended}");
        return StorableText.Unescape(JsonMarshal.GetRawUtf8Value(text)[1..^1]);
    }

    static string Unreadable(JsonElement value, string member, Type type)
    {
        var expected = type == typeof(Guid?) ? "a UUID" : type == typeof(int?) ? "a whole number from 1" : "text";
        var sent = Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value));
        return $"{member} is {OptionalMembers.Quote(sent)}: send {expected}, or leave it out";
    }

    static void WriteRaw(Utf8JsonWriter writer, JsonElement value) =>
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
}
