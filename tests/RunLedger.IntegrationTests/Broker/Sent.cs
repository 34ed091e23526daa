using System.Globalization;
using System.Text.Json.Nodes;

namespace RunLedger.IntegrationTests.Broker;

/// <summary>
/// One message as its publisher knows it. Written by hand and not with the contracts: what is proved is the wire.
/// </summary>
sealed record Sent(string Contract, Guid RunId, DateTimeOffset At)
{
    public Guid? ComponentId { get; init; }
    public string? Key { get; init; }
    public string? OutputRef { get; init; }
    public string? ErrorRef { get; init; }

    public string Exchange => $"RunLedger.Contracts:{Contract}";

    public JsonObject Json()
    {
        var json = new JsonObject
        {
            ["processRunId"] = RunId.ToString(),
            ["processCandidateCode"] = "PROC-CAND:dot:kg",
            ["correlationId"] = $"corr-{RunId:N}",
            ["sourceSystem"] = "dot_runtime",
            ["occurredAt"] = At.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture),
        };
        if (ComponentId is { } component)
            json["componentRunId"] = component.ToString();
        if (Key is not null)
            json["idempotencyKey"] = Key;
        if (OutputRef is not null)
            json["outputRef"] = OutputRef;
        if (ErrorRef is not null)
            json["errorRef"] = ErrorRef;
        return json;
    }

    /// <summary>As <c>POST /api/observations</c> takes it.</summary>
    public string Line()
    {
        var json = Json();
        json["type"] = Contract;
        return json.ToJsonString();
    }

    /// <summary>As MassTransit wraps it.</summary>
    public JsonObject Envelope() => new()
    {
        ["messageId"] = Guid.CreateVersion7().ToString(),
        ["sourceAddress"] = "rabbitmq://127.0.0.1/somebody",
        ["destinationAddress"] = $"rabbitmq://127.0.0.1/{Exchange}",
        ["messageType"] = new JsonArray($"urn:message:{Exchange}"),
        ["message"] = Json(),
        ["headers"] = new JsonObject(),
    };
}
