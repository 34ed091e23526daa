using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Contracts;
using RunLedger.Service.Intake.OpenLineage;
using Xunit;

namespace RunLedger.Tests.Support;

/// <summary>An event with everything in it, for tests to take something away from or to change.</summary>
static class LineageEvents
{
    public const string Run = "0198f3c2-6a10-7c44-9d3e-5b1f0c7a2e11";

    public const string Parent = "0198f3c2-5f00-7a10-8b2c-3d4e5f607182";

    public const string Root = "0198f3c2-4e00-7b21-9c3d-4e5f60718293";

    public static JsonObject Event() => JsonNode.Parse(
        $$"""
        {
          "eventType": "COMPLETE",
          "eventTime": "2026-03-02T09:30:00.123456Z",
          "producer": "https://example.org/producer/1.2.3",
          "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
          "run": {
            "runId": "{{Run}}",
            "facets": {
              "parent": {
                "run": { "runId": "{{Parent}}" },
                "job": { "namespace": "airflow", "name": "dag" },
                "root": {
                  "run": { "runId": "{{Root}}" },
                  "job": { "namespace": "airflow", "name": "nightly" }
                }
              },
              "errorMessage": { "message": "no such table", "stackTrace": "at a.b(c.java:1)" },
              "processing_engine": { "name": "spark", "version": "3.5.1" }
            }
          },
          "job": {
            "namespace": "airflow",
            "name": "dag.task",
            "facets": { "jobType": { "processingType": "BATCH", "integration": "AIRFLOW", "jobType": "TASK" } }
          },
          "inputs": [
            { "namespace": "s3://lake", "name": "b.csv", "facets": {} },
            { "namespace": "s3://lake", "name": "a.csv" }
          ],
          "outputs": [{ "namespace": "postgres://db:5432", "name": "public.t" }]
        }
        """)!.AsObject();

    public static LineageResult Map(this JsonNode? @event, int evidenceLimit = LineageMapping.DefaultEvidenceLimit) =>
        MapText(@event?.ToJsonString() ?? "null", evidenceLimit);

    public static LineageResult MapText(
        string json, int evidenceLimit = LineageMapping.DefaultEvidenceLimit) =>
        LineageMapping.Map(Encoding.UTF8.GetBytes(json), evidenceLimit);

    public static RunObservation Taken(this LineageResult result)
    {
        Assert.Null(result.Reason);
        return Assert.IsAssignableFrom<RunObservation>(result.Observation);
    }

    public static string Rejected(this LineageResult result)
    {
        Assert.Null(result.Observation);
        Assert.False(result.IsIgnored, result.Reason);
        return Assert.IsType<string>(result.Reason);
    }

    public static JsonObject With(this JsonObject @event, string member, JsonNode? value)
    {
        var names = member.Split('.');
        names[..^1].Aggregate((JsonNode)@event, (node, name) => node[name]!)[names[^1]] = value;
        return @event;
    }

    public static JsonObject Without(this JsonObject @event, string member)
    {
        var names = member.Split('.');
        names[..^1].Aggregate((JsonNode)@event, (node, name) => node[name]!).AsObject().Remove(names[^1]);
        return @event;
    }
}
