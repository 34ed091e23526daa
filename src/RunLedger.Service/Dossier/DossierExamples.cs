namespace RunLedger.Service.Dossier;

/// <summary>What is answered, by example.</summary>
static class DossierExamples
{
    public const string Signed =
        """
        { "document": { "asOf": "2026-11-23T08:00:00.000000Z", "candidate": "PROC-CAND:dot:kg",
          "format": "runledger.dossier/1", "ledger": {
          "announced": 0, "archive": { "purgedAfter": null, "runs": 0 },
          "arrival": { "longestDelaySeconds": 2.4, "runsAnHourLate": 0 }, "definition": null,
          "missed": { "cameLate": 1, "keptFor": "35.00:00:00", "since": "2026-11-01T00:00:00.000000Z", "slots": 2 },
          "notes": [],
          "orphans": { "ever": 0, "then": 0 }, "rejected": { "discarded": 0, "lookedAt": 3, "notLookedAt": 0,
          "ofUnknownCandidate": 1, "open": 0, "resent": 0 }, "stuck": { "ever": 1, "then": 0 } },
          "observed": { "attempts": { "most": 2, "runsWithMoreThanOne": 1 },
          "components": { "completedWithBothCompleted": 37, "runsWithBoth": 40, "runsWithProducer": 40,
          "runsWithVerifier": 40 }, "durations": { "meanSeconds": 61.25, "p50Seconds": 60, "p95Seconds": 75.5,
          "runs": 38, "unknown": 0, "varianceSeconds2": 12.5 },
          "failureGroupsNotListed": 0,
          "failures": [ { "component": "dot_kg_load", "count": 2, "error": "order # not found",
          "fingerprint": "5f0c2b7a9d3e4c11", "firstAt": "2026-11-02T03:00:10.000000Z",
          "lastAt": "2026-11-09T03:00:10.000000Z" } ], "failuresNotListed": 0,
          "gaps": { "days": 20, "daysWithout": 2, "firstRunAt": "2026-11-02T03:00:00.000000Z",
          "lastRunAt": "2026-11-23T03:00:00.000000Z", "longestSilence": { "from": "2026-11-13T03:00:00.000000Z",
          "seconds": 259200, "to": "2026-11-16T03:00:00.000000Z" }, "sinceLastRunSeconds": 18000 },
          "overruled": { "runsWithOtherEnds": 0, "runsWithOtherIdentities": 0 },
          "runs": { "cancelled": 0, "completed": 38, "failed": 2, "open": 0,
          "sources": [ { "runs": 40, "source": "dot_runtime" } ], "total": 40 },
          "success": { "completed": 38, "completedRunsToTarget": 681,
          "interval": "two-sided 95 % Clopper-Pearson", "lower": 0.830803, "of": 40, "rate": 0.95,
          "targetLower": 0.99, "upper": 0.993886 } } },
          "jws": "eyJhbGciOiJFZERTQSIsImtpZCI6IuKApiJ9..c2lnbmF0dXJl",
          "keyId": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" }
        """;
}
