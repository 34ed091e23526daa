using System.Text;
using System.Text.Json.Nodes;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>A message the ledger cannot take, and what the reason for that must speak of.</summary>
sealed record Poison(string Exchange, string Body, string Reason)
{
    const string Started = "RunLedger.Contracts:RunStarted";
    const string Enveloped = "application/vnd.masstransit+json";

    /// <summary>What the row must name.</summary>
    public string? Contract { get; init; } = "RunStarted";
    public string RoutingKey { get; init; } = "";
    public string ContentType { get; init; } = "application/json";
    public string? Type { get; init; }

    /// <summary>One of each kind.</summary>
    public static List<Poison> All() =>
    [
        new(Started, "not JSON", "Not JSON"),
        new(Started, "", "Not JSON"),
        new(Started, "[1, 2]", "array"),
        With("occurredAt", """{"when": "yesterday"}""", "occurredAt"),
        With("processRunId", "17", "processRunId"),
        With("processRunId", "\"00000000-0000-0000-0000-000000000000\"", "empty GUID"),
        With("sourceSystem", "\"abacus\"", "abacus"),
        With("processCandidateCode", null, "processCandidateCode"),
        With("idempotencyKey", """ "a\u0000b" """, "idempotencyKey"),
        With("idempotencyKey", """ "a\ud800b" """, "idempotencyKey"),
        With("occurredAt", "\"0001-01-01T00:00:00Z\"", "before 2000"),
        With("occurredAt", "\"0001-01-01T00:00:00+05:00\"", "occurredAt"),
        With("occurredAt", "\"9999-12-31T23:59:59.9999999Z\"", "24 h ahead"),
        With("occurredAt", "\"9999-12-31T23:59:59.9999999-05:00\"", "occurredAt"),
        With("processCandidateCode", "\" \"", "processCandidateCode"),
        new("RunLedger.Contracts:StepStarted", Good().ToJsonString(), "componentRunId") { Contract = "StepStarted" },
        new(Started, "<run/>", "text/xml, and the ledger reads JSON") { ContentType = "text/xml" },
        new(Started, "nonsense", "cannot be read") { ContentType = Enveloped },
        new(Started, $$"""{"messageType": ["urn:message:{{Started}}"]}""", "no message")
        {
            ContentType = Enveloped,
            Contract = null,
        },
        new("", Good().ToJsonString(), "RunVanished")
        {
            RoutingKey = LedgerSite.Queue,
            Type = "RunVanished",
            Contract = "RunVanished",
        },
        new("", Good().ToJsonString(), "no contract") { RoutingKey = LedgerSite.Queue, Contract = null },
        new(Started, new JsonObject
        {
            ["messageType"] = new JsonArray("urn:message:Somebody.Else:Happened"),
            ["message"] = Good(),
        }.ToJsonString(), "Happened") { ContentType = Enveloped, Contract = "urn:message:Somebody.Else:Happened" },
    ];

    public byte[] Payload => Encoding.UTF8.GetBytes(Body);

    /// <summary>
    /// Good but for one member, whose JSON is replaced as text: much of it no JSON writer would write.
    /// </summary>
    static Poison With(string member, string? json, string reason)
    {
        var message = Good();
        message.Remove(member);
        var text = message.ToJsonString();
        return new Poison(Started, json is null ? text : $$"""{"{{member}}": {{json}}, {{text[1..]}}""", reason);
    }

    static JsonObject Good() =>
        new Sent("RunStarted", Guid.CreateVersion7(), new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero)).Json();
}
