using System.Text;
using System.Text.Json.Nodes;

namespace RunLedger.Tests.Support;

/// <summary>Observations as they are sent, good and bad.</summary>
static class BadBodies
{
    const string Mended = "text with a NUL or half a character is mended";

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
            (With("type", "HALF").Replace("HALF", "\\ud800"), "'\uFFFD' is not known"),
            (With("correlationId", "HALF").Replace("HALF", "\\ud800"), "correlationId holds half a surrogate pair"),
            (With("idempotencyKey", "HALF").Replace("HALF", "\\ud800"), "idempotencyKey holds half a surrogate pair"),
            (With("occurredAt", "0001-01-01T00:00:00Z"), "before 2000"),
            (With("occurredAt", "9999-12-31T23:59:59.9999999Z"), "ahead"),
            ("""["an array in a line"]""", "object"),
            ("null", "object"),
            ("-1e999", "object"),
        }.Select(bad => (Encoding.UTF8.GetBytes(bad.Json), bad.Reason)),
        (NoUtf8(With("correlationId", "a BYTE")), "correlationId holds half a surrogate pair, or bytes that are no"),
        (NoUtf8("\"BYTE\""), "object"),
    ];

    /// <summary>
    /// In a detail only, each with what is said of it; where nothing is, it would not have been kept anyway.
    /// </summary>
    public static IReadOnlyList<(byte[] Json, string[] Dropped)> Poor =>
    [
        .. new (string Json, string Dropped)[]
        {
            (With("evidenceRef", "HALF").Replace("HALF", "\\ud800x"), $"evidenceRef: {Mended}"),
            (With("evidenceRef", new JsonObject { ["HALF"] = 1 }).Replace("HALF", "\\ud800"), $"evidenceRef: {Mended}"),
            (With("evidenceRef", new JsonObject { ["a"] = "b\0" }), $"evidenceRef: {Mended}"),
            (With("evidenceRef", new string('x', 3 * 1024 * 1024)),
                "evidenceRef has 3,145,730 bytes, more than the 262,144 allowed: store it elsewhere and send a "
                + "reference"),
            (With("evidenceRef", "DEEP").Replace("\"DEEP\"", Deep),
                "evidenceRef is nested more than 60 deep: flatten it or send it as text"),
            (With("evidenceRef", "N").Replace("\"N\"", "1e400"),
                "evidenceRef holds a number beyond what a double can say: send it as text"),
            (With("inputRef", "a\0"), $"inputRef: {Mended}"),
            (With("inputRef", "HALF").Replace("HALF", "\\ud800"), $"inputRef: {Mended}"),
            (With("outputRef", new JsonObject { ["a"] = 1 }), "outputRef is {\"a\":1}: send text, or leave it out"),
            (With("idempotencyKey", 5), "idempotencyKey is 5: send text, or leave it out"),
            (With("parentRunId", "abc"), "parentRunId is \"abc\": send a UUID, or leave it out"),
            (With("parentRunId", ""), "parentRunId is \"\": send a UUID, or leave it out"),
            (With("parentRunId", $"{Guid.Empty}"), "parentRunId is the empty GUID: send a real one"),
            (With("attempt", "two"), "attempt is \"two\": send a whole number from 1, or leave it out"),
            (With("attempt", 1.5), "attempt is 1.5: send a whole number from 1, or leave it out"),
            (With("attempt", -3), "attempt is -3: send a whole number from 1, or leave it out"),
        }.Select(poor => (Encoding.UTF8.GetBytes(poor.Json), (string[])[poor.Dropped])),
        (NoUtf8(With("evidenceRef", new JsonArray("\\ BYTE"))), [$"evidenceRef: {Mended}"]),
        (NoUtf8(With("errorRef", "a BYTE")), [$"errorRef: {Mended}"]),
        (NoUtf8(With("BYTE", 1)), []),
        (Encoding.UTF8.GetBytes(With("HALF", 1).Replace("HALF", "\\udc00")), []),
        (Encoding.UTF8.GetBytes(With("unknown", "DEEP").Replace("\"DEEP\"", Deep)), []),
        (Encoding.UTF8.GetBytes(
            With("attempt", "x").Replace("RunStarted", "RunFailed").Replace(
                "\"attempt\"", "\"errorRef\":[],\"evidenceRef\":[\"\\u0000\"],\"attempt\"")),
            [
                "attempt is \"x\": send a whole number from 1, or leave it out",
                "errorRef is []: send text, or leave it out", $"evidenceRef: {Mended}",
            ]),
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
