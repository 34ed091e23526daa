using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.LineageEvents;

namespace RunLedger.Tests.Intake.OpenLineage;

/// <summary>Events larger than what is held keep their runs.</summary>
public sealed class LineageSizeTests
{
    const int Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    public async Task An_event_of_22_MB_is_taken_without_what_is_large_in_it(string? encoding)
    {
        await using var ledger = await EmbeddedLedger.Start();
        var @event = Event().With("eventType", "FAIL")
            .With("run.facets.plan", new JsonObject { ["nodes"] = new string('p', 12 * Megabyte) });
        var columns = new JsonObject { ["schema"] = new JsonObject { ["fields"] = new string('c', 10 * Megabyte) } };
        @event["inputs"]!.AsArray().Insert(0, new JsonObject
        {
            ["facets"] = columns,
            ["namespace"] = "s3://lake",
            ["name"] = "wide.parquet",
        });
        // Where it stands comes last.
        var (type, run) = (@event["eventType"]!.DeepClone(), @event["run"]!.DeepClone());
        @event.Remove("eventType");
        @event.Remove("run");
        @event["run"] = run;
        @event["eventType"] = type;

        var (status, answer) = await Post(ledger, @event.ToJsonString(), encoding);

        Assert.True(status == 202, answer);
        Assert.Equal(
            $"run.facets.plan: {(12 * Megabyte) + 12:N0} bytes",
            (string?)Assert.Single(JsonNode.Parse(answer)!["dropped"]!.AsArray())!["reason"]);
        Assert.Equal(
            ["failed no such table s3://lake/a.csv\ns3://lake/b.csv\ns3://lake/wide.parquet"],
            ledger.List("select status || ' ' || error_ref || ' ' || input_ref from process_run_observation"));
        Assert.Contains(
            "processing_engine",
            ledger.List("select evidence_ref from process_run_observation")[0],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", ",", "]")]
    [InlineData("", "\n", "\n")]
    public async Task Every_event_of_a_batch_that_is_too_large_keeps_its_run(string begin, string between, string end)
    {
        await using var ledger = await EmbeddedLedger.Start();
        var events = Enumerable.Range(0, 60).Select(i => Event()
            .With("run.runId", $"{Guid.CreateVersion7()}")
            .With("eventTime", i == 7 ? "7" : "2026-03-02T09:30:00Z")
            .With("run.facets.plan", new string('p', 200_000))
            .ToJsonString());

        var (status, answer) = await Post(ledger, begin + string.Join(between, events) + end);

        Assert.True(status == 202, answer);
        Assert.Equal(
            ["59"],
            ledger.List("select cast(count(*) as text) from process_run_observation where status = 'completed'"));
        // The first have room for their facets, the last have none.
        var dropped = JsonNode.Parse(answer)!["dropped"]!.AsArray().Select(remark => (int)remark!["line"]!).ToList();
        Assert.DoesNotContain(1, dropped);
        Assert.Contains(60, dropped);
        Assert.Equal(8, (int)Assert.Single(JsonNode.Parse(answer)!["rejected"]!.AsArray())!["line"]!);
    }

    [Fact]
    public async Task A_list_of_a_million_datasets_is_cut_and_counted()
    {
        await using var ledger = await EmbeddedLedger.Start();
        var dataset = """{"namespace":"s3://lake","name":"a.csv"},""";
        var many = string.Concat(Enumerable.Repeat(dataset, 300_000));
        var body = Event().With("inputs", "@").ToJsonString().Replace("\"@\"", $"[{many}7]", StringComparison.Ordinal);

        var (status, answer) = await Post(ledger, body);

        Assert.True(status == 202, answer);
        Assert.Matches(
            "^inputs: 27[0-9],[0-9]{3} datasets beyond the first$",
            (string?)Assert.Single(JsonNode.Parse(answer)!["dropped"]!.AsArray())!["reason"]);
    }

    [Fact]
    public async Task What_is_larger_than_the_limit_is_413_and_leaves_a_row_with_its_beginning()
    {
        await using var ledger = await EmbeddedLedger.Start("--Intake:MaxLineageBytes", $"{9 * Megabyte}");
        var @event = Event().With("outputs", new string('x', 10 * Megabyte)).ToJsonString();

        var (status, _) = await Post(ledger, @event);
        var (packed, answer) = await Post(ledger, @event, "gzip");

        Assert.Equal((413, 413), (status, packed));
        Assert.Contains($"{9 * Megabyte:N0} bytes", answer, StringComparison.Ordinal);
        Assert.Equal(
            Enumerable.Repeat("OpenLineage POST /api/v1/lineage 1 1", 2),
            ledger.List(
                "select contract || ' ' || origin || ' ' || (reason like '%This is its beginning.') || ' ' || "
                + $"(instr(cast(payload as text), '{Run}') > 0) from rejected_observation"));
        Assert.Empty(ledger.List("select 1 from process_run_observation"));
    }

    [Fact]
    public async Task More_events_than_allowed_are_413_however_small_they_are()
    {
        await using var ledger = await EmbeddedLedger.Start("--Intake:MaxObservations", "1000");

        var (status, answer) = await Post(ledger, $"[{string.Concat(Enumerable.Repeat("{},", 4_000_000))}{{}}]");

        Assert.True(status == 413, answer);
        Assert.Contains("at most 1,000 observations", answer, StringComparison.Ordinal);
    }

    static async Task<(int Status, string Body)> Post(EmbeddedLedger ledger, string json, string? encoding = null)
    {
        var body = Encoding.UTF8.GetBytes(json);
        if (encoding is not null)
        {
            using var packed = new MemoryStream();
            await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                await gzip.WriteAsync(body);
            body = packed.ToArray();
        }

        using var content = new ByteArrayContent(body);
        if (encoding is not null)
            content.Headers.ContentEncoding.Add(encoding);
        return await ledger.Post("/api/v1/lineage", content);
    }
}
