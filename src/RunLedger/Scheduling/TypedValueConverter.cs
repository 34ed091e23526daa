using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using RabbitMQ.Client;

namespace RunLedger.Scheduling;

/// <summary>
/// The value of a header or a property as JSON that says its type. Text, true, false, null and whole numbers of 64 bits
/// are JSON's own; everything else is an object with its type's name, <c>{"$byte": "7"}</c>. What an earlier version
/// stored without names is read as it was then.
/// </summary>
sealed class TypedValueConverter : JsonConverter<object?>
{
    static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public override bool HandleNull => true;

    public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        return Read(json.RootElement);
    }

    public override void Write(Utf8JsonWriter writer, object? value, JsonSerializerOptions options)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            // PostgreSQL keeps no NUL in jsonb.
            case string text when text.Contains('\0', StringComparison.Ordinal):
                Tagged(writer, "text", Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool yes:
                writer.WriteBooleanValue(yes);
                break;
            case long whole:
                writer.WriteNumberValue(whole);
                break;
            case JsonElement { ValueKind: JsonValueKind.String } json:
                Write(writer, json.GetString(), options);
                break;
            case JsonElement { ValueKind: JsonValueKind.True or JsonValueKind.False } json:
                writer.WriteBooleanValue(json.GetBoolean());
                break;
            case JsonElement { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null }:
                writer.WriteNullValue();
                break;
            case JsonElement json:
                Tagged(writer, "json", json.GetRawText());
                break;
            case IDictionary table:
                writer.WriteStartObject();
                writer.WriteStartObject("$table");
                foreach (DictionaryEntry entry in table)
                {
                    writer.WritePropertyName(Convert.ToString(entry.Key, Plain)!);
                    Write(writer, entry.Value, options);
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
            case byte[] bytes:
                Tagged(writer, "bytes", Convert.ToBase64String(bytes));
                break;
            case IEnumerable list:
                writer.WriteStartObject();
                writer.WriteStartArray("$list");
                foreach (var item in list)
                    Write(writer, item, options);
                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
            default:
                var (type, words) = Words(value);
                Tagged(writer, type, words);
                break;
        }
    }

    static object? Read(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return json.GetString();
            case JsonValueKind.True or JsonValueKind.False:
                return json.GetBoolean();
            case JsonValueKind.Number:
                return json.TryGetInt64(out var whole) ? (object)whole : json.GetDouble();
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.Object when json.GetPropertyCount() == 1:
                var only = json.EnumerateObject().First();
                return only.Name.StartsWith('$') ? Named(only.Name[1..], only.Value) ?? json.Clone() : json.Clone();
            default:
                return json.Clone();
        }
    }

    static object? Named(string type, JsonElement json)
    {
        if (type == "table")
            return json.EnumerateObject().ToDictionary(entry => entry.Name, entry => Read(entry.Value));
        if (type == "list")
            return json.EnumerateArray().Select(Read).ToList();
        return json.ValueKind == JsonValueKind.String ? Of(type, json.GetString()!) : null;
    }

    static (string Type, string Words) Words(object value) => value switch
    {
        byte number => ("byte", number.ToString(Plain)),
        sbyte number => ("sbyte", number.ToString(Plain)),
        short number => ("short", number.ToString(Plain)),
        ushort number => ("ushort", number.ToString(Plain)),
        int number => ("int", number.ToString(Plain)),
        uint number => ("uint", number.ToString(Plain)),
        ulong number => ("ulong", number.ToString(Plain)),
        float number => ("float", number.ToString("R", Plain)),
        double number => ("double", number.ToString("R", Plain)),
        decimal number => ("decimal", number.ToString(Plain)),
        DateTime time => ("datetime", time.ToString("O", Plain)),
        DateTimeOffset time => ("offset", time.ToString("O", Plain)),
        TimeSpan time => ("timespan", time.ToString("c", Plain)),
        AmqpTimestamp time => ("timestamp", time.UnixTime.ToString(Plain)),
        BinaryTableValue binary => ("binary", Convert.ToBase64String(binary.Bytes)),
        Guid id => ("guid", id.ToString()),
        Uri address => ("uri", address.ToString()),
        // Of a type that no transport carries: as what its sender's JSON would say.
        _ => ("json", JsonSerializer.Serialize(value, JsonSerializerOptions.Web)),
    };

    static object? Of(string type, string words) => type switch
    {
        "byte" => byte.Parse(words, Plain),
        "sbyte" => sbyte.Parse(words, Plain),
        "short" => short.Parse(words, Plain),
        "ushort" => ushort.Parse(words, Plain),
        "int" => int.Parse(words, Plain),
        "uint" => uint.Parse(words, Plain),
        "ulong" => ulong.Parse(words, Plain),
        "float" => float.Parse(words, Plain),
        "double" => double.Parse(words, Plain),
        "decimal" => decimal.Parse(words, Plain),
        "datetime" => DateTime.Parse(words, Plain, DateTimeStyles.RoundtripKind),
        "offset" => DateTimeOffset.Parse(words, Plain, DateTimeStyles.RoundtripKind),
        "timespan" => TimeSpan.Parse(words, Plain),
        "timestamp" => new AmqpTimestamp(long.Parse(words, Plain)),
        "text" => Encoding.UTF8.GetString(Convert.FromBase64String(words)),
        "bytes" => Convert.FromBase64String(words),
        "binary" => new BinaryTableValue(Convert.FromBase64String(words)),
        "guid" => Guid.Parse(words),
        "uri" => new Uri(words, UriKind.RelativeOrAbsolute),
        "json" => JsonSerializer.Deserialize<JsonElement>(words),
        _ => null,
    };

    static void Tagged(Utf8JsonWriter writer, string type, string words)
    {
        writer.WriteStartObject();
        writer.WriteString($"${type}", words);
        writer.WriteEndObject();
    }
}
