using System.Text;
using RabbitMQ.Client;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>
/// A message about a run that starts, as another library put it on the wire: properties and bytes were recorded at a
/// queue of RabbitMQ 3.10, those of AMQP 1.0 at one of 4.3.6. Only the run's id is put in anew.
/// </summary>
sealed record Recorded(string Library, BasicProperties Properties, byte[] Body)
{
    const string Run = "0198c0de-0000-7000-8000-000000000d01";
    const string Contract = "RunLedger.Contracts.RunStarted";

    const string Enveloped = "application/vnd.masstransit+json";
    const string Event = "application/cloudevents+json; charset=utf-8";
    const string Events = "application/cloudevents-batch+json; charset=utf-8";

    const string Json = $$"""
        {"processRunId":"{{Run}}","processCandidateCode":"PROC-CAND:bus","correlationId":"order-4711",
        """ + """
        "sourceSystem":"dot_runtime","occurredAt":"2026-11-27T08:00:00Z"}
        """;

    const string Pascal = $$"""
        {"ProcessRunId":"{{Run}}","ProcessCandidateCode":"PROC-CAND:bus","CorrelationId":"order-4711",
        """ + """
        "SourceSystem":"dot_runtime","OccurredAt":"2026-11-27T08:00:00+00:00","ParentRunId":null,
        """ + """
        "IdempotencyKey":null,"InputRef":null,"OutputRef":null,"ErrorRef":null,"EvidenceRef":null}
        """;

    // An amqp-value: a map of text, a uuid, a symbol, a timestamp and a map of more types.
    const string Map =
        "005377C1E50CA10C70726F6365737352756E4964980198C0DE000070008000000000000D01A11470726F6365737343616E646964617465"
        + "436F6465A10D50524F432D43414E443A627573A10D636F7272656C6174696F6E4964A10A6F726465722D34373131A10C736F75726365"
        + "53797374656DA30B646F745F72756E74696D65A10A6F63637572726564417483000001A21C04B400A10B65766964656E6365526566C1"
        + "460CA104726F77735507A105726174696F823FE0000000000000A1026F6B41A1046E6F6E6540A10474616773C00602A101615401A105"
        + "73697A6573E00A02710000000100000002";

    static BasicProperties OnlyEncoded => new() { Type = "amqp-1.0" };

    /// <summary>To the exchange of the contract: their type is not said in another way that arrives.</summary>
    public static IEnumerable<Recorded> ByExchange =>
    [
        new("AMQPNetLite 2.5.5, value of text", OnlyEncoded, [0, 0x53, 0x77, 0xA1, 188, .. Text(Json)]),
        new("AMQPNetLite 2.5.5, value of bytes", OnlyEncoded, [0, 0x53, 0x77, 0xA0, 188, .. Text(Json)]),
        new("AMQPNetLite 2.5.5, value of a map", OnlyEncoded, Convert.FromHexString(Map)),
        new("AMQPNetLite 2.5.5, two data sections without a content type", new(), Text(Json)),
    ];

    /// <summary>To the ledger's queue: what the library says of their type decides.</summary>
    public static IEnumerable<Recorded> ByType =>
    [
        new("WolverineFx.RabbitMQ 6.62.0", Typed("application/json", Contract, new()
        {
            ["source"] = "publisher", ["wolverine-protocol-version"] = "1.0",
            ["sent-at"] = "2026-11-27 13:05:02:472213 Z",
        }), Text(Json)),
        new("WolverineFx.RabbitMQ 6.62.0, UseMassTransitInterop", Typed(Enveloped, Contract), Text(
            $$"""{"message":{{Json}},"body":{{Json}},"messageId":"08df4c87-0db5-940b-a6db-a270e12b0000","""
            + """ "requestId":null,"correlationId":"8523ffb2-4d34-43bb-9781-74f7b5c48be5","initiatorId":null,"""
            + """ "faultAddress":null,"""
            + """ "messageType":["urn:message:RunLedger.Contracts:RunStarted"],"expirationTime":null,"headers":{},"""
            + """ "sentTime":"2026-11-27T13:05:04.4223244Z","host":{"massTransitVersion":"6.62.0.0"}}""")),
        new("WolverineFx.RabbitMQ 6.62.0, UseNServiceBusInterop", Typed("application/json", Contract, new()
        {
            ["NServiceBus.ContentType"] = "application/json", ["NServiceBus.TimeSent"] = "2026-11-27 13:05:06:015609 Z",
        }), Text(Pascal)),
        new("Rebus 8.9.5", With("application/json;charset=utf-8", new()
        {
            ["rbs2-intent"] = "p2p", ["rbs2-msg-type"] = "RunLedger.Contracts.RunStarted, RunLedger.Contracts",
            ["rbs2-senttime"] = "2026-11-27T13:05:00.9819538+00:00", ["rbs2-corr-seq"] = "0",
        }), Text(Pascal)),
        new("CloudNative.CloudEvents 2.9.0, structured", With(Event), Text(
            $$"""{"specversion":"1.0","id":"b1","type":"{{Contract}}","source":"urn:publisher","""
            + $$""" "time":"2026-11-27T08:00:00Z","datacontenttype":"application/json","data":{{Json}}}""")),
        new("CloudNative.CloudEvents 2.9.0, structured, of bytes", With(Event), Text(
            $$"""{"specversion":"1.0","id":"b1","type":"{{Contract}}","source":"urn:publisher","""
            + """ "datacontenttype":"application/octet-stream","""
            + $$""" "data_base64":"{{Convert.ToBase64String(Text(Json))}}"}""")),
        new("CloudNative.CloudEvents 2.9.0, binary", With("application/json", new()
        {
            ["cloudEvents:id"] = "b1", ["cloudEvents:source"] = "urn:publisher", ["cloudEvents:specversion"] = "1.0",
            ["cloudEvents:type"] = Contract,
        }), Text(Json)),
        new("CloudEvents, binary, with the prefix for JMS", With(
            "application/json", new() { ["cloudEvents_type"] = Contract }), Text(Json)),
        // Not recorded: after the documentation of both.
        new("NServiceBus.RabbitMQ", With("application/json", new()
        {
            ["NServiceBus.EnclosedMessageTypes"] =
                $"{Contract}, RunLedger.Contracts, Version=1.0.0.0, Culture=neutral, PublicKeyToken=null;"
                + "RunLedger.Contracts.RunObservation, RunLedger.Contracts",
        }), Text(Pascal)),
        new("MassTransit 7, Newtonsoft", With(Enveloped), Text(
            $$"""
            {
              "messageId": "08df4c87-0db5-940b-a6db-a270e12b0000",
              "conversationId": "08df4c87-0db5-940b-a6db-a270e12b0000",
              "sourceAddress": "rabbitmq://localhost/publisher?temporary=true",
              "destinationAddress": "rabbitmq://localhost/RunLedger.Contracts:RunStarted",
              "messageType": [ "urn:message:RunLedger.Contracts:RunStarted" ],
              "message": {{Json}},
              "sentTime": "2026-11-27T08:00:00.1234567Z",
              "headers": {},
              "host": { "machineName": "vm", "massTransitVersion": "7.3.1.0" }
            }
            """)),
        new("a content encoding", new() { ContentType = "application/json", ContentEncoding = "gzip", Type = Contract },
            Text(Json)),
        new("a byte order mark", Typed("application/json", Contract), [0xEF, 0xBB, 0xBF, .. Text(Json)]),
    ];

    /// <summary>What is set aside, with a word of what its sender is told.</summary>
    public static IEnumerable<(Recorded Message, string Reason)> Rejected =>
    [
        (
            new("AMQPNetLite 2.5.5, a sequence", OnlyEncoded, Convert.FromHexString("005376C00602A101615401")),
            "send a data section"),
        (new("NServiceBus.RabbitMQ, XML", Typed("text/xml", Contract), Text("<RunStarted />")),
            "publish it as application/json"),
        (new("CloudNative.CloudEvents 2.9.0, a batch", With(Events), Text(
            $$"""[{"specversion":"1.0","id":"b1","type":"{{Contract}}","source":"urn:publisher","data":{{Json}}}]""")),
            "send each as a message of its own"),
    ];

    /// <summary>The same about another run.</summary>
    public byte[] About(Guid run)
    {
        var body = Replace(Body, Text(Run), Text($"{run}"));
        body = Replace(body, Guid.Parse(Run).ToByteArray(bigEndian: true), run.ToByteArray(bigEndian: true));
        return Properties.ContentEncoding == "gzip" ? Pack(body) : body;
    }

    static byte[] Replace(byte[] body, byte[] old, byte[] by)
    {
        var replaced = body.ToArray();
        for (var at = 0; replaced.AsSpan(at).IndexOf(old) is >= 0 and var found; at += found + old.Length)
            by.CopyTo(replaced.AsSpan(at + found));
        return replaced;
    }

    static byte[] Pack(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(
            packed, System.IO.Compression.CompressionMode.Compress))
            gzip.Write(body);
        return packed.ToArray();
    }

    static BasicProperties Typed(string contentType, string type, Dictionary<string, object?>? headers = null) =>
        new() { ContentType = contentType, Type = type, Headers = headers ?? [] };

    static BasicProperties With(string contentType, Dictionary<string, object?>? headers = null) =>
        new() { ContentType = contentType, Headers = headers ?? [] };

    static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
