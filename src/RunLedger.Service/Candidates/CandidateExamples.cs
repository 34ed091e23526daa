namespace RunLedger.Service.Candidates;

/// <summary>What is answered, by example.</summary>
static class CandidateExamples
{
    const string Figures =
        """
        "candidate": "PROC-CAND:dot:kg", "definitionCode": null, "runs": 3, "runsTruncated": false,
        "newestRun": { "processRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450001", "status": "completed",
          "sourceSystem": "dot_runtime", "startedAt": "2026-11-23T08:00:00Z", "endedAt": "2026-11-23T08:01:00Z",
          "createdAt": "2026-11-23T08:00:00.1Z" },
        "trouble": { "failedLastDay": 1, "stuck": 0, "orphan": 0, "open": 0, "truncated": false },
        "figures": { "since": "2026-10-25T00:00:00Z", "days": 30, "mostADay": null, "counted": 3, "truncated": false,
          "outcomes": { "completed": 2, "failed": 1, "cancelled": 0, "flagged": 0, "open": 0, "ended": 3 },
          "successRate": 0.6667, "p50Seconds": 60, "p95Seconds": 75,
          "byDay": [ { "day": "2026-10-25T00:00:00Z", "outcomes": { "completed": 0, "failed": 0, "cancelled": 0,
            "flagged": 0, "open": 0, "ended": 0 }, "p50Seconds": null, "p95Seconds": null, "truncated": false } ] }
        """;

    const string Failed =
        """
        { "processRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450002", "status": "failed",
          "startedAt": "2026-11-23T07:00:00Z", "endedAt": "2026-11-23T07:00:30Z",
          "createdAt": "2026-11-23T07:00:00.1Z", "errorRef": "order 4711 not found" }
        """;

    public const string Page = $$"""{ "items": [ { {{Figures}} } ], "nextCursor": null }""";

    public const string Detail =
        $$"""
        { {{Figures}},
          "durations": [ { "at": "2026-11-23T08:00:00Z", "seconds": 60, "outcome": "completed" } ],
          "components": [ { "component": "dot_kg_load", "runs": 3, "failures": 2, "flaked": 1, "flakeRate": 0.3333,
            "p50Seconds": 12.5 } ], "componentRuns": 3,
          "versions": [ { "version": "1.4.0", "outcomes": { "completed": 2, "failed": 1, "cancelled": 0, "flagged": 0,
            "open": 0, "ended": 3 }, "successRate": 0.6667, "lastSeen": "2026-11-23T08:00:00.1Z" } ],
          "policy": { "candidate": "PROC-CAND:dot:*", "start": "00:10:00", "run": "04:00:00", "quiet": null,
            "orphanGrace": "01:00:00" },
          "expected": [ { "name": "nightly", "candidate": "PROC-CAND:dot:kg", "cron": "30 2 * * *",
            "zone": "Europe/Berlin", "grace": "00:30:00", "judgedSlotAt": "2026-11-23T01:30:00Z", "missing": false,
            "nextAt": "2026-11-24T01:30:00Z" } ],
          "recentFailures": [ {{Failed}} ], "recentRuns": [ {{Failed}} ] }
        """;
}
