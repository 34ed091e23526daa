namespace RunLedger.Service.Failures;

/// <summary>What an operator sends, and what is answered, by example.</summary>
static class FailureExamples
{
    const string Fingerprint = "5f0c2b7a9d3e4c11";

    public const string Acknowledge = """{ "note": "the disk is full, new one on Friday" }""";

    public const string Note = """{ "note": "see ticket 4711" }""";

    public const string Groups =
        $$"""
        { "since": "2026-11-22T08:00:00Z", "items": [ { "fingerprint": "{{Fingerprint}}", "candidate": "PROC-CAND:dot:kg",
          "component": "dot_kg_load", "error": "order # not found", "count": 5, "runsFailed": 4, "lastHour": 3, "hourBefore": 2,
          "trend": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3],
          "firstSeen": "2026-11-23T06:10:00Z", "lastSeen": "2026-11-23T07:55:00Z",
          "exampleRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450001", "exampleError": "order 4711 not found",
          "acknowledgedAt": null, "acknowledgedBy": null, "failedAgain": false, "note": null, "notedAt": null,
          "notedBy": null } ], "truncated": false }
        """;
}
