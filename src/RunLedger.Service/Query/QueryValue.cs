using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace RunLedger.Service.Query;

/// <summary>A value of an answer, as JSON.</summary>
static class QueryValue
{
    const string Time = "yyyy-MM-dd'T'HH:mm:ss.FFFFFF";

    /// <param name="json">Where it goes.</param>
    /// <param name="value">As DuckDB's provider has it.</param>
    /// <param name="zoned">Whether a time is one of the world's, which is told in UTC.</param>
    public static void Write(Utf8JsonWriter json, object? value, bool zoned)
    {
        switch (value)
        {
            case null or DBNull:
                json.WriteNullValue();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or BigInteger or decimal:
                json.WriteRawValue(((IFormattable)value).ToString(null, CultureInfo.InvariantCulture));
                break;
            case float or double:
                var number = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                if (double.IsFinite(number))
                    json.WriteNumberValue(number);
                else
                    json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
                break;
            case DateTime time:
                json.WriteStringValue(time.ToString(zoned ? $"{Time}'Z'" : Time, CultureInfo.InvariantCulture));
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case IDictionary members:
                json.WriteStartObject();
                foreach (DictionaryEntry member in members)
                {
                    json.WritePropertyName(Convert.ToString(member.Key, CultureInfo.InvariantCulture)!);
                    Write(json, member.Value, zoned);
                }

                json.WriteEndObject();
                break;
            case IEnumerable items and not Stream:
                json.WriteStartArray();
                foreach (var item in items)
                    Write(json, item, zoned);
                json.WriteEndArray();
                break;
            case Stream bytes:
                using (var copy = new MemoryStream())
                {
                    bytes.CopyTo(copy);
                    json.WriteBase64StringValue(copy.GetBuffer().AsSpan(0, (int)copy.Length));
                }

                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
