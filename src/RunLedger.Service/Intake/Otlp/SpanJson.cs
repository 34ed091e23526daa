using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;
using RunLedger.Service.Intake.Otlp.Wire;

namespace RunLedger.Service.Intake.Otlp;

/// <summary>
/// A span alone, as a request of OTLP in JSON: what is mapped whichever way it came, and what is kept of one that is
/// set aside, so that it can be corrected and sent again as it stands.
/// </summary>
static class SpanJson
{
    /// <summary>What is nested deeper is left out: no attribute of a pipeline is.</summary>
    const int MostNested = 8;

    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static readonly MessageParser<Resource> Resources = Resource.Parser.WithDiscardUnknownFields(true);

    static readonly MessageParser<Span> Spans = Span.Parser.WithDiscardUnknownFields(true);

    /// <summary>A span of a request in protobuf; null where it is of no pipeline.</summary>
    public static IntakeLine? Line(int number, ByteString resource, ByteString span)
    {
        try
        {
            var line = SpanMapping.Read(number, Request(Resources.ParseFrom(resource), Spans.ParseFrom(span)));
            return line.IsIgnored ? null : line;
        }
        catch (InvalidProtocolBufferException e)
        {
            // No JSON can be made of it.
            return new(number, SpanMapping.Contract, span.Memory, null, $"The span cannot be read: {e.Message}");
        }
    }

    /// <summary>The same of JSON that came.</summary>
    public static byte[] Request(ReadOnlySpan<byte> resource, ReadOnlySpan<byte> span)
    {
        var buffer = new ArrayBufferWriter<byte>(resource.Length + span.Length + 64);
        buffer.Write("{\"resourceSpans\":[{\"resource\":"u8);
        buffer.Write(resource);
        buffer.Write(",\"scopeSpans\":[{\"spans\":["u8);
        buffer.Write(span);
        buffer.Write("]}]}]}"u8);
        return buffer.WrittenSpan.ToArray();
    }

    static byte[] Request(Resource resource, Span span) =>
        Request(Written(writer => Write(writer, resource)), Written(writer => Write(writer, span)));

    static ReadOnlySpan<byte> Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Plain))
            write(writer);
        return buffer.WrittenSpan;
    }

    static void Write(Utf8JsonWriter writer, Resource resource)
    {
        writer.WriteStartObject();
        Write(writer, "attributes", resource.Attributes, 0);
        writer.WriteEndObject();
    }

    static void Write(Utf8JsonWriter writer, Span span)
    {
        writer.WriteStartObject();
        writer.WriteString("traceId", Convert.ToHexStringLower(span.TraceId.Span));
        writer.WriteString("spanId", Convert.ToHexStringLower(span.SpanId.Span));
        if (!span.ParentSpanId.IsEmpty)
            writer.WriteString("parentSpanId", Convert.ToHexStringLower(span.ParentSpanId.Span));
        writer.WriteString("name", span.Name);
        writer.WriteNumber("kind", span.Kind);
        // 64 bits are text in JSON.
        writer.WriteString("startTimeUnixNano", $"{span.StartTimeUnixNano}");
        writer.WriteString("endTimeUnixNano", $"{span.EndTimeUnixNano}");
        Write(writer, "attributes", span.Attributes, 0);
        writer.WriteStartArray("events");
        foreach (var @event in span.Events)
        {
            writer.WriteStartObject();
            writer.WriteString("name", @event.Name);
            Write(writer, "attributes", @event.Attributes, 0);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (span.Status is { } status)
        {
            writer.WriteStartObject("status");
            writer.WriteNumber("code", status.Code);
            writer.WriteString("message", status.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    static void Write(Utf8JsonWriter writer, string name, IEnumerable<KeyValue> pairs, int depth)
    {
        writer.WriteStartArray(name);
        foreach (var pair in pairs)
        {
            writer.WriteStartObject();
            writer.WriteString("key", pair.Key);
            writer.WritePropertyName("value");
            Write(writer, pair.Value, depth);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    static void Write(Utf8JsonWriter writer, AnyValue? value, int depth)
    {
        writer.WriteStartObject();
        switch (value?.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue:
                writer.WriteString("stringValue", value.StringValue);
                break;
            case AnyValue.ValueOneofCase.BoolValue:
                writer.WriteBoolean("boolValue", value.BoolValue);
                break;
            case AnyValue.ValueOneofCase.IntValue:
                writer.WriteString("intValue", $"{value.IntValue}");
                break;
            case AnyValue.ValueOneofCase.DoubleValue when double.IsFinite(value.DoubleValue):
                writer.WriteNumber("doubleValue", value.DoubleValue);
                break;
            case AnyValue.ValueOneofCase.DoubleValue:
                writer.WriteString("doubleValue", double.IsNaN(value.DoubleValue) ? "NaN"
                    : value.DoubleValue > 0 ? "Infinity" : "-Infinity");
                break;
            case AnyValue.ValueOneofCase.BytesValue:
                writer.WriteBase64String("bytesValue", value.BytesValue.Span);
                break;
            case AnyValue.ValueOneofCase.ArrayValue when depth < MostNested:
                writer.WriteStartObject("arrayValue");
                writer.WriteStartArray("values");
                foreach (var item in value.ArrayValue.Values)
                    Write(writer, item, depth + 1);
                writer.WriteEndArray();
                writer.WriteEndObject();
                break;
            case AnyValue.ValueOneofCase.KvlistValue when depth < MostNested:
                writer.WriteStartObject("kvlistValue");
                Write(writer, "values", value.KvlistValue.Values, depth + 1);
                writer.WriteEndObject();
                break;
        }

        writer.WriteEndObject();
    }
}
