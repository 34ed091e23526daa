using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace RunLedger.Service.Web;

/// <summary>Tells OpenAPI what an operator sends, and what a list answers, by example.</summary>
static class OperationExamples
{
    const string Fingerprint = "5f0c2b7a9d3e4c11";

    static readonly Dictionary<string, string> Requests = new()
    {
        ["ResendRejected"] = """
            { "reason": "the source was misspelt", "payload": { "type": "RunStarted",
              "processRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450001", "processCandidateCode": "PROC-CAND:dot:kg",
              "correlationId": "order-4711", "sourceSystem": "dot_runtime", "occurredAt": "2026-11-23T08:00:00Z" } }
            """,
        ["ResendRejectedGroup"] = $$"""{ "fingerprint": "{{Fingerprint}}", "reason": "its runs are restored" }""",
        ["DiscardRejected"] = """{ "reason": "a test of ours" }""",
        ["DiscardRejectedGroup"] = $$"""{ "fingerprint": "{{Fingerprint}}", "reason": "a test of ours" }""",
        ["AcknowledgeFailures"] = """{ "note": "the disk is full, new one on Friday" }""",
        ["NoteFailures"] = """{ "note": "see ticket 4711" }""",
        ["CloseRun"] = """{ "status": "cancelled", "reason": "its host is gone", "by": "ann" }""",
    };

    static readonly Dictionary<string, string> Answers = new()
    {
        ["ResendRejected"] = """
            { "rejectedId": "8d9c1b3e-52a4-4f0b-9c1d-0a7b6c5d4e3f", "state": "resent", "reason": null,
              "actionId": "0194fdc2-fa2f-7cc0-81d3-ff1207450002" }
            """,
        ["ResendRejectedGroup"] = $$"""
            { "actionId": "0194fdc2-fa2f-7cc0-81d3-ff1207450003", "fingerprint": "{{Fingerprint}}", "done": 0, "failed": 0,
              "outcome": null }
            """,
        ["GroupRejected"] = $$"""
            { "items": [ { "fingerprint": "{{Fingerprint}}", "contract": "RunCompleted", "reason": "Its run # is archived, so that this came too late.",
              "count": 312, "firstSeen": "2026-11-22T06:00:00Z", "lastSeen": "2026-11-23T08:00:00Z",
              "exampleId": "8d9c1b3e-52a4-4f0b-9c1d-0a7b6c5d4e3f", "exampleOrigin": "run-ledger" } ], "truncated": false }
            """,
        ["GroupFailures"] = $$"""
            { "since": "2026-11-22T08:00:00Z", "items": [ { "fingerprint": "{{Fingerprint}}", "candidate": "PROC-CAND:dot:kg",
              "component": "dot_kg_load", "error": "order # not found", "count": 5, "lastHour": 3, "hourBefore": 2,
              "trend": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3],
              "firstSeen": "2026-11-23T06:10:00Z", "lastSeen": "2026-11-23T07:55:00Z",
              "exampleRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450001", "exampleError": "order 4711 not found",
              "acknowledgedAt": null, "acknowledgedBy": null, "failedAgain": false, "note": null, "notedAt": null,
              "notedBy": null } ], "truncated": false }
            """,
        ["GetGrid"] = """
            { "candidate": "PROC-CAND:dot:kg", "runs": [ { "processRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450001",
              "status": "completed", "startedAt": "2026-11-23T08:00:00Z", "endedAt": "2026-11-23T08:01:00Z",
              "createdAt": "2026-11-23T08:00:00.1Z", "seconds": 60 } ], "rows": [ { "component": "dot_kg_load", "cells": [
              { "componentRunId": "0194fdc2-fa2f-7cc0-81d3-ff1207450004", "status": "step_completed", "seconds": 12.5,
              "attempts": 1 } ] } ], "truncated": false }
            """,
    };

    public static Task Add(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var name = operation.OperationId ?? "";
        if (Requests.TryGetValue(name, out var request))
            Put(operation.RequestBody?.Content, request);
        if (Answers.TryGetValue(name, out var answer) && operation.Responses is { } responses)
        {
            foreach (var (_, response) in responses.Where(one => one.Key is "200" or "202"))
                Put(response.Content, answer);
        }

        return Task.CompletedTask;
    }

    static void Put(IDictionary<string, OpenApiMediaType>? content, string example)
    {
        if (content?.TryGetValue("application/json", out var json) is true)
            json.Example = JsonNode.Parse(example);
    }
}
