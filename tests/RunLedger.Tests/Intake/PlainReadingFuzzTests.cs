using System.Net.Mime;
using System.Text;
using System.Text.Json;
using CsCheck;
using MassTransit;
using RabbitMQ.Client;
using RunLedger.Broker;
using RunLedger.Contracts;
using RunLedger.Intake;
using RunLedger.Testing;

namespace RunLedger.Tests.Intake;

/// <summary>What is read past the pipeline is what the pipeline's deserializer reads of the same delivery.</summary>
public sealed class PlainReadingFuzzTests
{
    const string Enveloped = "application/vnd.masstransit+json";
    const string Plain = "application/json";

    static readonly ObservationValidator Door = new(new RunLedgerOptions(), TimeProvider.System);

    static readonly RunStarted Run = Some.Run().Started() with
    {
        InputRef = "in",
        EvidenceRef = JsonElement.Parse("""{"a":[1,"é",{"b":null}],"b":"\u00e9"}"""),
    };

    static readonly string Sent = JsonSerializer.Serialize(Run, JsonSerializerOptions.Web);

    static readonly string Envelope = $$"""
        {"messageId":"01000000-0000-0000-0000-000000000001","correlationId":null,"sourceAddress":"rabbitmq://h/a?b=1",
        "destinationAddress":"rabbitmq://h/RunLedger.Contracts:RunStarted","messageType":[
        "urn:message:RunLedger.Contracts:RunStarted","urn:message:RunLedger.Contracts:RunObservation"],
        "message":{{Sent}},"expirationTime":null,"sentTime":"2026-03-02T09:30:00.1234567Z",
        "headers":{"x":"y"},"host":{"machineName":"m","processId":5} }
        """;

    static readonly string[] Names =
    [
        "messageId", "requestId", "correlationId", "conversationId", "initiatorId", "sourceAddress",
        "destinationAddress", "responseAddress", "faultAddress", "expirationTime", "host", "messageType", "message",
        "sentTime", "headers", "MessageType", "MESSAGE", "SentTime", "m\\u0065ssage", "m\\u0065ssageType",
        "sent\\u0054ime", "\\ud800", "\xFF", "unknown", "specversion", "type", "processRunId", "ProcessRunId",
        "correlationID", "occurredAt", "attempt", "parentRunId", "idempotencyKey", "inputRef", "evidenceRef",
        "componentRunId", "RunLedger-Rejected-Id", "RunLedger\\u002dRejected-Id", "runledger-rejected-id", "",
    ];

    static readonly string[] Values =
    [
        "null", "true", "5", "5.0", "1e2", "\"5\"", "\"x\"", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "\"\xFF\"",
        "[]", "{}", "[null]", "[5]", "[{}]", "[\"\\ud800\"]", "{\"\\ud800\":1}", "{\"\xFF\":1}", "{\"x\":\"\\ud800\"}",
        "[\"urn:message:RunLedger.Contracts:RunFailed\"]", "[\"RunFailed\"]", "[\"RunFailed\",\"\\ud800\"]",
        "[\"RunFailed\",null]", "[\"RunFailed\",\"\xFF\"]", "[\"RunLedger.Contracts.RunFailed\"]", "[\"runFailed\"]",
        "[\"Run\\u0046ailed\"]", "[\"Other:One\",\"RunFailed\"]",
        "\"2026-03-02T09:30:00Z\"",
        "\"2026-03-02T09:30:00\"", "\"0001-01-01T00:00:00+14:00\"", "\"2026-03-02\"", "\"2026-03-02 09:30:00+01\"",
        "\"2026-03-02T09:30:60Z\"", "\"9b9cf8a4-2f64-4a5e-b49d-6a1f2f5d9f10\"", "\"9B9CF8A42F644A5EB49D6A1F2F5D9F10\"",
        "{\"RunLedger-Rejected-Id\":\"x\"}", $"[{Deep('[', ']', 70)}]", Deep('[', ']', 60), Sent,
        "\"a\\/b&\\u0026\"",
        "NaN", "01", "/**/1", "1,", "\"runledger:dropped\"", "{\"runledger:dropped\":[\"x\"]}", "{\"a\":1,\"a\":2}",
    ];

    static readonly Gen<(int Place, int Kind, int Name, int Value, int Length, byte Byte)> Change = Gen.Select(
        Gen.Int[0, 5_000], Gen.Int[0, 5], Gen.Int[0, Names.Length - 1], Gen.Int[0, Values.Length - 1], Gen.Int[0, 4],
        Gen.Byte);

    static readonly Gen<Delivery> Deliveries = Gen.Select(
        Gen.Bool,
        Change.Array[0, 3],
        Gen.Frequency(
            (12, Gen.Const((string?)null)),
            (1, Gen.OneOf<string?>(
                $"{Plain}; charset=utf-8", "APPLICATION/JSON", Enveloped, Plain, "", "text/xml"))),
        Gen.Frequency(
            (8, Gen.Const((string?)null)),
            (1, Gen.OneOf<string?>(
                "RunFailed", "", " ", "amqp-1.0", "RunLedger.Contracts.RunFailed", "Other", "\0",
                "urn:message:RunLedger.Contracts:RunFailed", "ProcessDefined", "RunObservations"))),
        Gen.Frequency(
            (8, Gen.Const("RunLedger.Contracts:RunStarted")),
            (1, Gen.OneOf("", "run-ledger", "RunLedger.Contracts:RunFailed", "RunStarted", "amq.topic"))),
        Gen.Frequency(
            (6, Gen.Const(((string, object?)?)null)),
            (1, Gen.OneOf<(string, object?)?>(
                ("MT-MessageType", "RunFailed"u8.ToArray()), ("mt-messagetype", "RunFailed"u8.ToArray()),
                ("MT-MessageType", null), ("ce-type", "RunFailed"u8.ToArray()), ("message-type", 5),
                ("rbs2-msg-type", Array.Empty<byte>()), ("RunLedger-Rejected-Id", "x"u8.ToArray()),
                ("MessageId", "x"u8.ToArray()), ("MT-Activity-Id", 5), ("x", new Dictionary<string, object?>())))),
        Gen.Frequency((12, Gen.Const((string?)null)), (1, Gen.OneOf<string?>("", "utf-8", "gzip", " ")))).Select(
        (enveloped, changes, contentType, type, exchange, header, encoding) =>
        {
            var properties = new BasicProperties
            {
                ContentType = contentType ?? (enveloped ? Enveloped : Plain),
                MessageId = "no GUID",
            };
            if (type is not null)
                properties.Type = type;
            if (encoding is not null)
                properties.ContentEncoding = encoding;
            if (header is var (name, value))
                properties.Headers = new Dictionary<string, object?> { [name] = value };
            return new Delivery(exchange, properties, Changed(enveloped ? Envelope : Sent, changes));
        });

    [Fact]
    public void What_is_read_past_the_pipeline_is_what_the_pipeline_reads()
    {
        var read = 0;
        Deliveries.Sample(
            delivery =>
            {
                if (!PlainReading.TryRead(delivery, out var message, out var sentAt))
                    return;
                Interlocked.Increment(ref read);
                var context = Deserializer(delivery).Deserialize(DeliveredContext.Of(delivery));
                var other = Message(context.SerializerContext);
                Assert.True(message.GetType() == other?.GetType(), $"{message.GetType()}; {other as RejectedBody}");
                Assert.Equal(Text((RunObservation)other!), Text(message));
                Assert.Equal(context.SentTime, sentAt);
            },
            iter: 20_000,
            print: delivery => $"{delivery.Exchange} {delivery.Properties.ContentType} {delivery.Properties.Type}\n"
                + Encoding.Latin1.GetString(delivery.Body.Span));
        Assert.True(read > 1_000, $"{read} are read");
    }

    static ObservationDeserializer Deserializer(Delivery delivery) =>
        new(new ContentType(delivery.Properties.ContentType!), delivery.Properties.ContentType == Enveloped);

    /// <summary>Of the contracts that these deliveries name, or what is wrong.</summary>
    static object? Message(SerializerContext context) =>
        context.TryGetMessage<RunStarted>(out var started) ? started
        : context.TryGetMessage<RunFailed>(out var failed) ? failed
        : context.TryGetMessage<RejectedBody>(out var rejected) ? rejected
        : null;

    static string Text(RunObservation message) =>
        Door.TryValidate(message, out var observation, out var reason)
            ? $"{observation.Key} {observation.Evidence} {string.Join(',', observation.Dropped)}"
            : reason;

    static string Deep(char open, char close, int levels) => $"{new string(open, levels)}{new string(close, levels)}";

    /// <summary>With members put in, values replaced, or bytes that are others.</summary>
    static byte[] Changed(
        string text, (int Place, int Kind, int Name, int Value, int Length, byte Byte)[] changes)
    {
        var body = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));
        foreach (var (place, kind, name, value, length, with) in changes)
        {
            var at = place % body.Length;
            var open = body.IndexOf('{', at);
            if (kind < 2 && open >= 0)
                body = body.Insert(open + 1, $"\"{Names[name]}\":{Values[value]},");
            else if (kind == 2 && body.LastIndexOf('}') is >= 0 and var last)
                body = body.Insert(last, $",\"{Names[name]}\":{Values[value]}");
            else if (kind == 3 && body.IndexOf("\":", at, StringComparison.Ordinal) is >= 0 and var colon
                && body.IndexOfAny([',', '}'], colon) is >= 0 and var end)
                body = $"{body[..(colon + 2)]}{Values[value]}{body[end..]}";
            else if (kind == 4)
                body = body.Remove(at, Math.Min(length, body.Length - at)).Insert(at, $"{(char)with}");
            else if (kind == 5)
                body = body.Insert(at, (string[])["\\u0000", "\\ud800", " ", "\xFF", "//x\n"] is var pieces
                    ? pieces[value % pieces.Length]
                    : "");
        }

        return Encoding.Latin1.GetBytes(body);
    }
}
