using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Folding;
using RunLedger.Tests.Support;
using static RunLedger.Testing.LineageFixtures;

namespace RunLedger.Tests.Intake.OpenLineage;

/// <summary>Real OpenLineage streams through the endpoint their clients use.</summary>
public sealed class LineageReplayTests
{
    [Theory]
    [InlineData(Airflow)]
    [InlineData(Spark)]
    [InlineData(Plain)]
    public async Task A_stream_gives_the_same_rows_in_any_order(string stream)
    {
        JsonNode? inOrder = null;
        foreach (var order in Orders(Events(stream)))
        {
            await using var ledger = await EmbeddedLedger.Start();
            foreach (var json in order)
            {
                using var content = new StringContent(json, Encoding.UTF8, "application/json");
                Assert.Equal(202, (await ledger.Post("/api/v1/lineage", content)).Status);
            }

            AssertAsExpected(ledger, stream);
            var rows = Rows(ledger);
            Assert.NotEmpty(rows["runs"]!.AsArray());
            inOrder ??= rows;
            Assert.True(JsonNode.DeepEquals(inOrder, rows), $"In order:\n{inOrder}\nin another:\n{rows}");
        }
    }

    static void AssertAsExpected(EmbeddedLedger ledger, string stream)
    {
        if (stream == Airflow)
        {
            foreach (var (id, started, ended) in Expected(stream))
            {
                Assert.Equal([$"completed {Time(started)} {Time(ended)}"], ledger.List(
                    "select status || ' ' || started_at || ' ' || ended_at from process_run_observation "
                    + $"where process_run_id = '{id}'"));
            }
        }

        if (stream == Spark)
        {
            // The run of expected.json is the parent, and it never speaks.
            Assert.Equal(
                ["completed 2024-10-17T09:18:29.267000Z 019299c5-12f5-7946-b5b2-c6abab662e20"],
                ledger.List("select status || ' ' || ended_at || ' ' || parent_run_id from process_run_observation"));
        }
    }

    /// <summary>
    /// Every column of both tables that the order must not change; the evidence as JSON, not as text.
    /// </summary>
    static JsonObject Rows(EmbeddedLedger ledger) => new()
    {
        ["runs"] = Parsed(ledger.List("""
            select json_array(process_run_id, process_candidate_code, process_definition_code,
              correlation_id, parent_run_id,
              status, source_system, idempotency_key, input_ref, output_ref, error_ref, json(evidence_ref),
                started_at, ended_at)
            from process_run_observation order by process_run_id
            """)),
        ["components"] = Parsed(ledger.List("""
            select json_array(component_run_id, process_run_id, parent_run_id, correlation_id, dot_code, component_role,
              event_code, queue_job_id, status, input_ref, output_ref, error_ref, json(evidence_ref), idempotency_key,
              source_system, started_at, ended_at)
            from process_component_observation order by component_run_id
            """)),
    };

    static JsonArray Parsed(List<string> rows) => [.. rows.Select(row => JsonNode.Parse(row))];

    static string Time(DateTimeOffset time) => LedgerTime.Text(LedgerTime.Of(time));
}
