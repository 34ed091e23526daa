using System.Globalization;
using System.Text.Json;
using RunLedger.Intake;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>
/// The attributes of a span or its resource, as OTLP writes them in JSON; of two with a name the last counts.
/// </summary>
sealed class SpanAttributes
{
    const int TextLimit = 2048;

    readonly SortedDictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

    /// <param name="owner">The span or resource.</param>
    public static SpanAttributes Of(JsonElement owner)
    {
        var attributes = new SpanAttributes();
        foreach (var pair in Items(owner, "attributes"))
        {
            if (Member(pair, "key") is { ValueKind: JsonValueKind.String } key
                && Member(pair, "value") is { ValueKind: JsonValueKind.Object } value)
                attributes._values[key.GetString()!] = value;
        }

        return attributes;
    }

    /// <summary>What has a text, or a number for one; null where there is none, or an empty one.</summary>
    public string? Text(string name)
    {
        if (!_values.TryGetValue(name, out var value))
            return null;
        foreach (var kind in (string[])["stringValue", "intValue", "doubleValue", "boolValue"])
        {
            if (Member(value, kind) is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Array) } text)
                return string.IsNullOrWhiteSpace(text.ToString()) ? null : text.ToString().Trim();
        }

        return null;
    }

    /// <summary>Whether one of them is there.</summary>
    public bool HasAny(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Text(name) is not null)
                return true;
        }

        return false;
    }

    /// <summary>All of them in the order of their names, as plain JSON.</summary>
    public void Write(Utf8JsonWriter writer, string name)
    {
        if (_values.Count == 0)
            return;
        writer.WriteStartObject(name);
        foreach (var (key, value) in _values)
        {
            writer.WritePropertyName(key);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    public static JsonElement? Member(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object
        && owner.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static IEnumerable<JsonElement> Items(JsonElement owner, string name) =>
        Member(owner, name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : [];

    static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        if (Member(value, "boolValue") is { ValueKind: JsonValueKind.True or JsonValueKind.False } yes)
        {
            yes.WriteTo(writer);
        }
        else if (Member(value, "intValue") is { } whole
            && long.TryParse(
                whole.ToString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            writer.WriteNumberValue(number);
        }
        else if (Member(value, "doubleValue") is { ValueKind: JsonValueKind.Number } real
            && real.TryGetDouble(out var fraction) && double.IsFinite(fraction))
        {
            writer.WriteNumberValue(fraction);
        }
        else if (Member(value, "arrayValue") is { } array)
        {
            writer.WriteStartArray();
            foreach (var item in Items(array, "values"))
                Write(writer, item);
            writer.WriteEndArray();
        }
        else if (Member(value, "kvlistValue") is { } list)
        {
            writer.WriteStartObject();
            foreach (var (name, item) in Pairs(list))
            {
                writer.WritePropertyName(name);
                Write(writer, item);
            }

            writer.WriteEndObject();
        }
        else
        {
            var text = Member(value, "stringValue") ?? Member(value, "bytesValue") ?? Member(value, "doubleValue");
            writer.WriteStringValue(CutText.To(text?.ToString(), TextLimit));
        }
    }

    // Once each: of pairs with a name the last counts here too.
    static Dictionary<string, JsonElement> Pairs(JsonElement list)
    {
        var pairs = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var pair in Items(list, "values"))
        {
            if (Member(pair, "key") is { ValueKind: JsonValueKind.String } key)
                pairs[key.GetString()!] = Member(pair, "value") ?? default;
        }

        return pairs;
    }
}
