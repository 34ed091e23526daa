using System.Buffers;
using System.Collections;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Amqp;
using Amqp.Types;
using Encoder = Amqp.Types.Encoder;

namespace RunLedger.Intake;

/// <summary>
/// A body that was sent with AMQP 1.0 in another section than data: RabbitMQ hands it on as it is encoded, with the
/// type <c>amqp-1.0</c>. Text and bytes hold JSON; a map is an object of JSON.
/// </summary>
static class AmqpValue
{
    const byte Described = 0x00, SmallULong = 0x53, Sequence = 0x76, Value = 0x77;

    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>No JSON begins so, in whatever encoding.</summary>
    public static bool Is(ReadOnlySpan<byte> body) => body is [Described, SmallULong, Value or Sequence, _, ..];

    /// <summary>The JSON that it holds or is.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> body)
    {
        if (body.Span[2] == Sequence)
            throw new FormatException("it is an amqp-sequence: send a data section, or an amqp-value of text or a map");
        return Decode(body[3..].ToArray()) switch
        {
            string text => Encoding.UTF8.GetBytes(text),
            byte[] binary => binary,
            Map map => Json(map),
            _ => throw new FormatException("it is an amqp-value of another type: send text, bytes or a map"),
        };
    }

    // The library has a limit for what holds others: 64 levels.
    static object? Decode(byte[] encoded)
    {
        try
        {
            return Encoder.ReadObject(new ByteBuffer(encoded, 0, encoded.Length, encoded.Length));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new FormatException($"it is not what AMQP 1.0 encodes: {e.Message}", e);
        }
    }

    static ReadOnlyMemory<byte> Json(Map map)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, Plain))
            Write(writer, map);
        return json.WrittenMemory;
    }

    static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case Map map:
                writer.WriteStartObject();
                foreach (var (name, item) in map)
                {
                    writer.WritePropertyName(name as string ?? (name as Symbol)?.ToString()
                        ?? throw new FormatException("the key of a map is no text"));
                    Write(writer, item);
                }

                writer.WriteEndObject();
                break;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            case IList list:
                writer.WriteStartArray();
                foreach (var item in list)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case DescribedValue:
                throw new FormatException("it holds a described type: send types that JSON has");
            default:
                WriteSimple(writer, value);
                break;
        }
    }

    static void WriteSimple(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case bool yes:
                writer.WriteBooleanValue(yes);
                break;
            case double or float when !double.IsFinite(Convert.ToDouble(value, null)):
                throw new FormatException($"{value} is no number of JSON: send null, or text");
            case double number:
                writer.WriteNumberValue(number);
                break;
            case float number:
                writer.WriteNumberValue(number);
                break;
            case decimal number:
                writer.WriteNumberValue(number);
                break;
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            case byte or sbyte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, null));
                break;
            case DateTime time:
                writer.WriteStringValue(time);
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }
}
