using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Amqp;
using Encoder = Amqp.Types.Encoder;

namespace RunLedger.Intake;

/// <summary>
/// A body that was sent with AMQP 1.0 in another section than data: RabbitMQ hands it on as it is encoded, with the
/// type <c>amqp-1.0</c>. Text and bytes hold JSON; a map is an object of JSON.
/// </summary>
static class AmqpValue
{
    const byte Described = 0x00, SmallULong = 0x53, Sequence = 0x76, Value = 0x77;
    const byte List0 = 0x45, List8 = 0xC0, List32 = 0xD0, Map8 = 0xC1, Map32 = 0xD1, Array8 = 0xE0, Array32 = 0xF0;

    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>No JSON begins so, in whatever encoding.</summary>
    public static bool Is(ReadOnlySpan<byte> body) => body is [Described, SmallULong, Value or Sequence, _, ..];

    /// <summary>The JSON that it holds or is.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ReadOnlyMemory<byte> Read(ReadOnlyMemory<byte> body)
    {
        if (body.Span[2] == Sequence)
            throw new FormatException("it is an amqp-sequence: send a data section, or an amqp-value of text or a map");
        var bytes = body.ToArray();
        var buffer = new ByteBuffer(bytes, 3, bytes.Length - 3, bytes.Length - 3);
        try
        {
            var code = Encoder.ReadFormatCode(buffer);
            if (code is Map8 or Map32)
                return Json(buffer, code);
            return (HoldsOthers(code) ? null : Encoder.ReadObject(buffer, code)) switch
            {
                string text => Encoding.UTF8.GetBytes(text),
                byte[] binary => binary,
                _ => throw new FormatException("it is an amqp-value of another type: send text, bytes or a map"),
            };
        }
        catch (Exception e) when (e is AmqpException or ArgumentException or OverflowException
            or IndexOutOfRangeException or InvalidCastException or InvalidOperationException)
        {
            throw new FormatException($"it is not what AMQP 1.0 encodes: {e.Message}", e);
        }
    }

    static ReadOnlyMemory<byte> Json(ByteBuffer buffer, byte code)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, Plain))
            Write(writer, buffer, code, ReadableJson.MaxDepth);
        return json.WrittenMemory;
    }

    // What holds others is read here and not by the library, which goes as deep as a sender likes.
    static void Write(Utf8JsonWriter writer, ByteBuffer buffer, byte code, int levels)
    {
        if (levels == 0)
            throw new FormatException($"its depth is more than {ReadableJson.MaxDepth} levels: send it flatter");
        switch (code)
        {
            case Described:
                throw new FormatException("it holds a described type: send types that JSON has");
            case List0:
                writer.WriteStartArray();
                writer.WriteEndArray();
                break;
            case List8 or List32:
                writer.WriteStartArray();
                for (var left = Count(buffer, code == List8); left > 0; left--)
                    Write(writer, buffer, Encoder.ReadFormatCode(buffer), levels - 1);
                writer.WriteEndArray();
                break;
            case Array8 or Array32:
                writer.WriteStartArray();
                var count = Count(buffer, code == Array8);
                var items = count > 0 ? Encoder.ReadFormatCode(buffer) : Described;
                // A few bytes could name any number of them.
                if (count > 0 && items is >= 0x40 and <= List0)
                    throw new FormatException("it holds an array of values without a width: send a list");
                for (var left = count; left > 0; left--)
                    Write(writer, buffer, items, levels - 1);
                writer.WriteEndArray();
                break;
            case Map8 or Map32:
                writer.WriteStartObject();
                for (var left = Count(buffer, code == Map8); left > 1; left -= 2)
                {
                    writer.WritePropertyName(Name(buffer, Encoder.ReadFormatCode(buffer)));
                    Write(writer, buffer, Encoder.ReadFormatCode(buffer), levels - 1);
                }

                writer.WriteEndObject();
                break;
            default:
                Write(writer, Encoder.ReadObject(buffer, code));
                break;
        }
    }

    static string Name(ByteBuffer buffer, byte code) =>
        HoldsOthers(code)
            ? throw new FormatException("the key of a map is no text")
            : Encoder.ReadObject(buffer, code)?.ToString()
                ?? throw new FormatException("the key of a map is null");

    static bool HoldsOthers(byte code) =>
        code is Described or List0 or List8 or List32 or Map8 or Map32 or Array8 or Array32;

    static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool yes:
                writer.WriteBooleanValue(yes);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case double or float:
                throw new FormatException($"{value} is no number of JSON: send null, or text");
            case byte or sbyte or short or ushort or int or uint or long:
                writer.WriteNumberValue(Convert.ToInt64(value, null));
                break;
            case ulong number:
                writer.WriteNumberValue(number);
                break;
            case DateTime time:
                writer.WriteStringValue(time);
                break;
            case byte[] bytes:
                writer.WriteBase64StringValue(bytes);
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }

    /// <summary>How many values follow; each has a byte at least.</summary>
    static int Count(ByteBuffer buffer, bool small)
    {
        // After their size.
        _ = small ? AmqpBitConverter.ReadUByte(buffer) : AmqpBitConverter.ReadInt(buffer);
        var count = small ? AmqpBitConverter.ReadUByte(buffer) : AmqpBitConverter.ReadInt(buffer);
        return count >= 0 && count <= buffer.Length
            ? count
            : throw new FormatException($"it names {count} values in {buffer.Length} bytes");
    }
}
