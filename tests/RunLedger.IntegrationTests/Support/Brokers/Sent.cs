using System.Globalization;
using System.Text.Json.Nodes;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>
/// One message as its publisher knows it. Written by hand and not with the contracts: what is proved is the wire.
/// </summary>
sealed record Sent(string Contract, Guid RunId, DateTimeOffset At)
{
    public string Candidate { get; init; } = "PROC-CAND:dot:kg";
    public string Correlation { get; init; } = $"corr-{RunId:N}";
    public string Source { get; init; } = "dot_runtime";
    public Guid? ParentRunId { get; init; }
    public int? Attempt { get; init; }
    public Guid? ComponentId { get; init; }
    public string? Key { get; init; }
    public string? DotCode { get; init; }
    public string? Role { get; init; }
    public string? EventCode { get; init; }
    public Guid? QueueJobId { get; init; }
    public string? InputRef { get; init; }
    public string? OutputRef { get; init; }
    public string? ErrorRef { get; init; }
    public int? Evidence { get; init; }

    public bool IsStep => ComponentId is not null;

    public bool IsEnd => Contract is "RunCompleted" or "RunFailed" or "RunCancelled"
        or "StepCompleted" or "StepFailed" or "StepCancelled";

    public string Exchange => $"RunLedger.Contracts:{Contract}";

    public JsonObject Json()
    {
        var json = new JsonObject
        {
            ["processRunId"] = RunId.ToString(),
            ["processCandidateCode"] = Candidate,
            ["correlationId"] = Correlation,
            ["sourceSystem"] = Source,
            ["occurredAt"] = At.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture),
        };
        Add("parentRunId", ParentRunId?.ToString());
        Add("componentRunId", ComponentId?.ToString());
        Add("idempotencyKey", Key);
        Add("dotCode", DotCode);
        Add("componentRole", Role);
        Add("eventCode", EventCode);
        Add("queueJobId", QueueJobId?.ToString());
        Add("inputRef", InputRef);
        Add("outputRef", OutputRef);
        Add("errorRef", ErrorRef);
        if (Attempt is { } attempt)
            json["attempt"] = attempt;
        if (Evidence is { } n)
            json["evidenceRef"] = new JsonObject { ["n"] = n };
        return json;

        void Add(string member, string? value)
        {
            if (value is not null)
                json[member] = value;
        }
    }

    /// <summary>As <c>POST /api/observations</c> takes it.</summary>
    public string Line()
    {
        var json = Json();
        json["type"] = Contract;
        return json.ToJsonString();
    }

    /// <summary>The exchange of several in one message.</summary>
    public const string Together = "RunLedger.Contracts:RunObservations";

    public static JsonObject Batch(IEnumerable<Sent> several) => new()
    {
        ["observations"] = new JsonArray([.. several.Select(one => JsonNode.Parse(one.Line()))]),
    };

    /// <summary>As MassTransit wraps it.</summary>
    public JsonObject Envelope() => Envelope(Json(), Exchange);

    public static JsonObject Envelope(JsonObject message, string exchange) => new()
    {
        ["messageId"] = Guid.CreateVersion7().ToString(),
        ["sourceAddress"] = "rabbitmq://127.0.0.1/somebody",
        ["destinationAddress"] = $"rabbitmq://127.0.0.1/{exchange}",
        ["messageType"] = new JsonArray($"urn:message:{exchange}"),
        ["message"] = message,
        ["headers"] = new JsonObject(),
    };
}
