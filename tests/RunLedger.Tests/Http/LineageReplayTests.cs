using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Tests.OpenLineage;

namespace RunLedger.Tests.Http;

/// <summary>Real OpenLineage streams through the door their clients use.</summary>
public sealed class LineageReplayTests
{
    [Theory]
    [InlineData("airflow")]
    [InlineData("spark_dataproc_simple_producer_test")]
    [InlineData("simple_run_event")]
    public async Task A_stream_gives_the_same_rows_in_any_order(string stream)
    {
        string[] events = [.. Directory.GetFiles(Path.Combine(LineageFixtureTests.Fixtures(), stream)).Order(StringComparer.Ordinal)];
        var inOrder = await Replay(stream, events);
        Assert.NotEqual("", inOrder);
        Assert.Equal(inOrder, await Replay(stream, [.. events.Reverse()]));
        for (var seed = 0; seed < 3; seed++)
        {
            var shuffled = events.Concat(events.Take(seed * 5)).ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(inOrder, await Replay(stream, shuffled));
        }
    }

    static async Task<string> Replay(string stream, string[] events)
    {
        await using var ledger = await EmbeddedLedger.Start();
        foreach (var file in events)
        {
            using var content = new StringContent(await File.ReadAllTextAsync(file), Encoding.UTF8, "application/json");
            Assert.Equal(202, (await ledger.Post("/api/v1/lineage", content)).Status);
        }

        foreach (var run in Expected(stream).OfType<JsonObject>())
        {
            var kept = ledger.List(
                $"select status || ' ' || started_at || ' ' || ended_at from process_run_observation where process_run_id = '{run["display_name"]}'");
            Assert.Equal([$"completed {Time(run["start_time"])} {Time(run["end_time"])}"], kept);
        }

        if (stream.StartsWith("spark", StringComparison.Ordinal))
        {
            // The run of expected.json is the parent, and it never speaks.
            Assert.Equal(
                ["completed 2024-10-17T09:18:29.267000Z 019299c5-12f5-7946-b5b2-c6abab662e20"],
                ledger.List("select status || ' ' || ended_at || ' ' || parent_run_id from process_run_observation"));
        }

        return string.Join('\n', ledger.List(
            """
            select json_array(process_run_id, process_candidate_code, correlation_id, parent_run_id, status, source_system,
              idempotency_key, input_ref, output_ref, error_ref, json(evidence_ref), started_at, ended_at)
            from process_run_observation order by process_run_id
            """));
    }

    static JsonArray Expected(string stream) => stream == "airflow"
        ? JsonNode.Parse(File.ReadAllText(Path.Combine(LineageFixtureTests.Fixtures(), "airflow.expected.json")))!.AsArray()
        : [];

    static string Time(JsonNode? time) => RunLedger.Runs.Micros.Text(RunLedger.Runs.Micros.Of(
        DateTimeOffset.Parse((string)time!, System.Globalization.CultureInfo.InvariantCulture)));
}
