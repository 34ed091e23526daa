namespace RunLedger.Service.Rejected;

/// <summary>What an operator sends, and what is answered, by example.</summary>
static class RejectedExamples
{
    const string Fingerprint = "5f0c2b7a9d3e4c11";

    public const string Resend =
        """
        { "reason": "the source was misspelt", "payload": { "type": "RunStarted",
          "processRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450001", "processCandidateCode": "PROC-CAND:dot:kg",
          "correlationId": "order-4711", "sourceSystem": "dot_runtime", "occurredAt": "2026-11-23T08:00:00Z" } }
        """;

    public const string Outcome =
        """
        { "rejectedId": "8d9c1b3e-52a4-4f0b-9c1d-0a7b6c5d4e3f", "state": "resent", "reason": null,
          "actionId": "0194fdc2-fa2f-7cc0-81d3-ff1207450002" }
        """;

    public const string ResendGroup = $$"""{ "fingerprint": "{{Fingerprint}}", "reason": "its runs are restored" }""";

    public const string Work =
        $$"""
        { "actionId": "0194fdc2-fa2f-7cc0-81d3-ff1207450003", "fingerprint": "{{Fingerprint}}", "done": 0, "failed": 0,
          "outcome": null }
        """;

    public const string Discard = """{ "reason": "a test of ours" }""";

    public const string DiscardGroup = $$"""{ "fingerprint": "{{Fingerprint}}", "reason": "a test of ours" }""";

    public const string Groups =
        $$"""
        { "items": [ { "fingerprint": "{{Fingerprint}}", "contract": "RunCompleted", "reason": "Its run # is archived, so that this came too late.",
          "count": 312, "firstSeen": "2026-11-22T06:00:00Z", "lastSeen": "2026-11-23T08:00:00Z",
          "exampleId": "8d9c1b3e-52a4-4f0b-9c1d-0a7b6c5d4e3f", "exampleOrigin": "run-ledger" } ], "truncated": false }
        """;
}
