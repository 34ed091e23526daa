using System.Text;
using System.Text.Json.Nodes;

namespace RunLedger.Tests.Support;

/// <summary>Observations as they are sent, good and bad.</summary>
static class BadBodies
{
    static readonly string Deep = new string('[', 200) + new string(']', 200);

    /// <summary>Each with a word of what its sender is told. The first is no JSON, all others are.</summary>
    public static IReadOnlyList<(byte[] Json, string Reason)> All =>
    [
        .. new (string Json, string Reason)[]
        {
            ("nonsense", "Not JSON"),
            ("""{"type":"RunStart"}""", "not known"),
            ($$"""{"type":"{{new string('x', 5_000)}}"}""", "xxx…' is not known"),
            ("""{"processRunId":1}""", "missing"),
            (With("processRunId", $"{Guid.Empty}"), "empty GUID"),
            (With("processRunId", "x"), "Not a RunStarted"),
            (With("processRunId", 7), "Not a RunStarted"),
            (With("sourceSystem", "nobody"), "not known"),
            (With("processCandidateCode", null), "missing"),
            (With("processCandidateCode", " "), "empty"),
            (With("correlationId", "a\0b"), "NUL"),
            (With("type", "HALF").Replace("HALF", "\\ud800"), "surrogate"),
            (With("correlationId", "HALF").Replace("HALF", "\\ud800"), "surrogate"),
            (With("evidenceRef", "HALF").Replace("HALF", "\\ud800x"), "surrogate"),
            (With("HALF", 1).Replace("HALF", "\\udc00"), "surrogate"),
            (With("evidenceRef", new JsonObject { ["HALF"] = 1 }).Replace("HALF", "\\ud800"), "surrogate"),
            (With("evidenceRef", new JsonObject { ["a"] = "b\0" }), "NUL"),
            (With("occurredAt", "0001-01-01T00:00:00Z"), "before 2000"),
            (With("occurredAt", "9999-12-31T23:59:59.9999999Z"), "ahead"),
            (With("evidenceRef", new string('x', 3 * 1024 * 1024)), "more than the"),
            (With("evidenceRef", "DEEP").Replace("\"DEEP\"", Deep), "depth"),
            (With("unknown", "DEEP").Replace("\"DEEP\"", Deep), "depth"),
            ("""["an array in a line"]""", "object"),
            ("null", "object"),
            ("-1e999", "object"),
        }.Select(bad => (Encoding.UTF8.GetBytes(bad.Json), bad.Reason)),
        (NoUtf8(With("correlationId", "a BYTE")), "Not UTF-8"),
        (NoUtf8(With("evidenceRef", new JsonArray("\\ BYTE"))), "Not UTF-8"),
        (NoUtf8(With("BYTE", 1)), "Not UTF-8"),
        (NoUtf8("\"BYTE\""), "Not UTF-8"),
    ];

    public static JsonObject Started(Guid run) => new()
    {
        ["type"] = "RunStarted",
        ["processRunId"] = $"{run}",
        ["processCandidateCode"] = "P",
        ["correlationId"] = "c",
        ["sourceSystem"] = "dot_runtime",
        ["occurredAt"] = "2026-11-01T14:00:00.1234567+02:00",
    };

    public static byte[] Good() => Encoding.UTF8.GetBytes(Started(Guid.CreateVersion7()).ToJsonString());

    public static byte[] Joined(string separator, IEnumerable<byte[]> parts) =>
        [.. parts.SelectMany((part, i) => i == 0 ? part : [.. Encoding.UTF8.GetBytes(separator), .. part])];

    public static byte[] Array(IEnumerable<byte[]> items) => [(byte)'[', .. Joined(",", items), (byte)']'];

    public static byte[] NoUtf8(string json) =>
        Encoding.Latin1.GetBytes(json.Replace("BYTE", "\u00ff", StringComparison.Ordinal));

    static string With(string member, JsonNode? value)
    {
        var json = Started(Guid.CreateVersion7());
        json[member] = value;
        return json.ToJsonString();
    }
}
