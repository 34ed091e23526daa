using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RabbitMQ.Client;
using RunLedger.Broker;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Intake;
using RunLedger.Testing;

namespace RunLedger.Tests.Intake;

public sealed class PlainReadingTests
{
    const string Enveloped = "application/vnd.masstransit+json";
    const string Started = "RunLedger.Contracts:RunStarted";

    static readonly RunStarted Sent = Some.Run().Started() with { InputRef = "in" };

    public static TheoryData<string> Folded => [.. ContractMap.Folded];

    [Theory]
    [MemberData(nameof(Folded))]
    public void Each_contract_is_read_from_its_envelope_and_from_plain_JSON(string contract)
    {
        var json = Json(Sent);
        json["componentRunId"] = $"{Guid.CreateVersion7()}";
        var exchange = $"RunLedger.Contracts:{contract}";

        foreach (var (type, body) in ((string, JsonObject)[])
            [(Enveloped, Envelope(json.DeepClone(), exchange)), ("application/json", json)])
        {
            Assert.True(PlainReading.TryRead(Delivery(exchange, type, body), out var read, out _), type);
            Assert.Equal(contract, read.GetType().Name);
            Assert.Equal(Sent.ProcessRunId, read.ProcessRunId);
            Assert.Equal("in", read.InputRef);
        }
    }

    [Fact]
    public void When_it_was_sent_is_what_the_envelope_says()
    {
        var envelope = Envelope(Json(Sent), Started);
        envelope["sentTime"] = "2025-01-01T02:00:00+02:00";

        Assert.True(PlainReading.TryRead(Delivery(Started, Enveloped, envelope), out _, out var sentAt));

        Assert.Equal(new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc), sentAt);
    }

    [Fact]
    public void The_property_type_names_the_contract_before_the_exchange()
    {
        var delivery = Delivery("RunLedger.Contracts:RunFailed", "application/json", Json(Sent));
        ((BasicProperties)delivery.Properties).Type = "RunStarted";

        Assert.True(PlainReading.TryRead(delivery, out var read, out _));

        Assert.IsType<RunStarted>(read);
    }

    public static TheoryData<string, string, string> Unusual => new()
    {
        { "no JSON", "application/json", "nonsense" },
        { "cut off", Enveloped, $$"""{"messageType":["urn:message:{{Started}}"],"message":{""" },
        { "two values", "application/json", $"{Json(Sent)} {{}}" },
        { "two values in an envelope", Enveloped, $"{Envelope(Json(Sent), Started)} {{}}" },
        { "a comment", "application/json", $"/* */ {Json(Sent)}" },
        { "an array", "application/json", $"[{Json(Sent)}]" },
        { "a member that cannot be read", "application/json", $$"""{"attempt":"x",{{Json(Sent).ToString()[1..]}}""" },
        { "a member that is missing", "application/json", """{"correlationId":"c"}""" },
        { "an envelope that does not say so", "application/json", $"{Envelope(Json(Sent), Started)}" },
        { "an observation that looks like one", "application/json", With("messageType", new JsonArray()) },
        { "a CloudEvent", "application/json", With("specversion", "1.0") },
        { "an envelope of somebody else", Enveloped, $"{Envelope(Json(Sent), "Other:RunStarted")}" },
        { "an envelope without a type", Enveloped, $$"""{"message":{{Json(Sent)}} }""" },
        { "an envelope without a message", Enveloped, $$"""{"messageType":["urn:message:{{Started}}"]}""" },
        { "an envelope whose message is text", Enveloped,
            $$"""{"messageType":["urn:message:{{Started}}"],"message":"x"}""" },
        { "capital letters", Enveloped, $$"""{"MessageType":["urn:message:{{Started}}"],"Message":{{Json(Sent)}} }""" },
        { "a type that is no text", Enveloped,
            $$"""{"messageType":["urn:message:{{Started}}",5],"message":{{Json(Sent)}} }""" },
        { "sent again", Enveloped, $$"""
            {"messageType":["urn:message:{{Started}}"],"message":{{Json(Sent)}},"headers":{"RunLedger-Rejected-Id":"x"} }
            """ },
        { "an id that is no text", Enveloped, Beside("messageId", "5") },
        { "an address that is half a character", Enveloped, Beside("sourceAddress", "\"\\ud800\"") },
        { "a header whose name is half a character", Enveloped, Beside("headers", """{"\ud800":1}""") },
        { "a second type that is half a character", Enveloped,
            $$"""{"messageType":["urn:message:{{Started}}","\ud800"],"message":{{Json(Sent)}} }""" },
        { "XML", "text/xml", $"{Json(Sent)}" },
        { "no content type", "", $"{Json(Sent)}" },
    };

    [Theory]
    [MemberData(nameof(Unusual))]
    public void What_is_unusual_is_left_to_the_pipeline(string what, string contentType, string body)
    {
        var read = PlainReading.TryRead(
            new(Started, Properties(contentType), Encoding.UTF8.GetBytes(body)), out var message, out _);

        Assert.False(read, $"{what}: {message}");
    }

    [Fact]
    public void Bytes_of_an_envelope_that_are_no_text_are_left_to_the_pipeline()
    {
        var body = Encoding.Latin1.GetBytes(Beside("sourceAddress", "\"\u00ff\""));

        Assert.False(PlainReading.TryRead(new(Started, Properties(Enveloped), body), out _, out _));
    }

    [Theory]
    [InlineData("MT-MessageType", "urn:message:RunLedger.Contracts:RunFailed")]
    [InlineData("ce-type", "RunFailed")]
    [InlineData("RunLedger-Rejected-Id", "9b9cf8a4-2f64-4a5e-b49d-6a1f2f5d9f10")]
    public void What_a_header_says_otherwise_is_left_to_the_pipeline(string header, string value)
    {
        var delivery = Delivery(Started, "application/json", Json(Sent));
        ((BasicProperties)delivery.Properties).Headers =
            new Dictionary<string, object?> { [header] = Encoding.UTF8.GetBytes(value) };

        Assert.False(PlainReading.TryRead(delivery, out _, out _));
    }

    [Theory]
    [InlineData("gzip", false)]
    [InlineData("identity", false)]
    [InlineData("utf-8", true)]
    public void What_is_packed_is_left_to_the_pipeline_and_the_name_of_a_character_set_is_no_packing(
        string encoding, bool isRead)
    {
        var delivery = Delivery(Started, "application/json", Json(Sent));
        ((BasicProperties)delivery.Properties).ContentEncoding = encoding;

        Assert.Equal(isRead, PlainReading.TryRead(delivery, out _, out _));
    }

    static JsonObject Json(RunObservation message) =>
        JsonSerializer.SerializeToNode(message, message.GetType(), JsonSerializerOptions.Web)!.AsObject();

    static string With(string member, JsonNode value)
    {
        var json = Json(Sent);
        json[member] = value;
        return json.ToJsonString();
    }

    static string Beside(string member, string value) =>
        $$"""{"messageType":["urn:message:{{Started}}"],"message":{{Json(Sent)}},"{{member}}":{{value}} }""";

    static JsonObject Envelope(JsonNode message, string exchange) => new()
    {
        ["messageId"] = $"{Guid.CreateVersion7()}",
        ["host"] = new JsonObject { ["machineName"] = "m" },
        ["messageType"] = new JsonArray($"urn:message:{exchange}", "urn:message:RunLedger.Contracts:RunObservation"),
        ["message"] = message,
        ["headers"] = new JsonObject { ["x"] = "y" },
    };

    static Delivery Delivery(string exchange, string contentType, JsonNode body) =>
        new(exchange, Properties(contentType), Encoding.UTF8.GetBytes(body.ToJsonString()));

    static BasicProperties Properties(string contentType)
    {
        var properties = new BasicProperties();
        if (contentType.Length > 0)
            properties.ContentType = contentType;
        return properties;
    }
}
