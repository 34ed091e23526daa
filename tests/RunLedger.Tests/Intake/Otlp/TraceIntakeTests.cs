using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using RunLedger.Service.Intake.Otlp.Wire;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Intake.Otlp;

/// <summary>Spans over HTTP, embedded: what is answered, and what the ledger says of the run.</summary>
public sealed class TraceIntakeTests(SharedLedger shared) : IClassFixture<SharedLedger>
{
    const string Protobuf = "application/x-protobuf";

    readonly EmbeddedLedger _ledger = shared.Empty();

    [Fact]
    public async Task A_run_and_its_tasks_are_a_header_and_components_in_one_trace()
    {
        var answer = await Taken(Spans.Request(
            Spans.Task(1), Spans.Task(2, "test", "failure"), Spans.Task(3, "deploy", "skip"),
            Spans.Run(result: "failure")));

        Assert.Null(answer.PartialSuccess);
        Assert.Equal(
            [$"CI:jenkins:build failed {Spans.Trace} 2026-03-02T09:30:00.123456Z 2026-03-02T09:40:00.123456Z"],
            Runs(
                "process_candidate_code || ' ' || status || ' ' || correlation_id || ' ' || started_at || ' ' || "
                + "ended_at"));
        Assert.Equal(
            ["compile step_completed", "deploy cancelled", "test failed"],
            Components("dot_code || ' ' || status"));
        Assert.DoesNotContain("conflicts", Runs("evidence_ref")[0], StringComparison.Ordinal);
        // What was skipped never started.
        Assert.Equal("", Components("started_at")[1]);
    }

    [Fact]
    public async Task The_page_says_that_the_start_was_told_with_the_end()
    {
        await Taken(Spans.Request(Spans.Run("5f2f8ad1-6a10-4c44-9d3e-5b1f0c7a2e11")));

        var page = await _ledger.Client.GetStringAsync("/runs/5f2f8ad1-6a10-4c44-9d3e-5b1f0c7a2e11");

        Assert.Contains("The start was told with the end: a span is sent when", page, StringComparison.Ordinal);
        Assert.Contains(Spans.Trace, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_of_no_pipeline_is_passed_over_and_nobody_hears_of_it()
    {
        var answer = await Taken(Spans.Request(
            Enumerable.Range(1, 100)
                .Select(id => Spans.Plain(id, 0, 1).With(("http.route", "/cicd"), ("cicd", "no")))));

        Assert.Null(answer.PartialSuccess);
        Assert.Empty(Runs("status"));
        Assert.Empty(_ledger.List("select reason from rejected_observation"));
    }

    [Fact]
    public async Task What_a_pipeline_runs_is_none_of_its_runs_though_its_resource_names_the_run()
    {
        var resource = new Resource { Attributes = { Spans.Text("cicd.pipeline.run.id", "4711") } };

        await Taken(Spans.Request(resource, [Spans.Plain(1, 0, 1), Spans.Plain(2, 0, 1, parent: 1)]));

        Assert.Empty(Runs("status"));
    }

    [Fact]
    public async Task The_first_span_of_a_resource_that_has_the_result_is_the_run_as_the_Collectors_receiver_sends_it()
    {
        var number = new KeyValue { Key = "cicd.pipeline.run.id", Value = new() { IntValue = 14_460_881_260 } };
        var resource = new Resource
        {
            Attributes =
            {
                Spans.Text("service.name", "otel-collector"), Spans.Text("cicd.pipeline.name", "build-and-test"),
                number, Spans.Text("cicd.pipeline.run.status", "failure"),
            },
        };

        await Taken(Spans.Request(resource, [Spans.Plain(1, 0, 60), Spans.Plain(2, 0, 1, parent: 1)]));

        Assert.Equal(["CI:otel-collector:build-and-test failed"], Runs("process_candidate_code || ' ' || status"));
    }

    [Fact]
    public async Task A_span_without_a_run_is_set_aside_and_the_sender_hears_how_many_and_why()
    {
        var lost = Spans.Plain(9, 0, 1).With(("cicd.pipeline.task.name", "compile"));

        var answer = await Taken(Spans.Request(lost, Spans.Run(), Spans.Plain(10, 0, 1)));

        Assert.Equal(1, answer.PartialSuccess.RejectedSpans);
        Assert.StartsWith(
            "cicd.pipeline.run.id is missing: set it on", answer.PartialSuccess.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(["completed"], Runs("status"));
        var kept = JsonNode.Parse(_ledger.List("select cast(payload as text) from rejected_observation")[0])!;
        Assert.Equal(Spans.Trace, (string?)kept["resourceSpans"]![0]!["scopeSpans"]![0]!["spans"]![0]!["traceId"]);
    }

    [Fact]
    public async Task Packed_by_gzip_it_is_the_same()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
            await gzip.WriteAsync(Spans.Request(Spans.Run()).ToByteArray());
        using var content = new ByteArrayContent(packed.ToArray())
        {
            Headers = { ContentType = new(Protobuf), ContentEncoding = { "gzip" } },
        };

        Assert.Equal(200, (await _ledger.Post("/v1/traces", content)).Status);

        Assert.Equal(["completed"], Runs("status"));
    }

    [Fact]
    public async Task In_JSON_ids_are_hexadecimal_and_the_rows_are_those_of_protobuf()
    {
        await Taken(Spans.Request(Spans.Task(1), Spans.Run()));
        var columns = "process_run_id || ' ' || correlation_id || ' ' || started_at || ' ' || ended_at";
        var (runs, components) = (Runs(columns), Components("component_run_id || ' ' || dot_code"));
        _ = shared.Empty();

        var (status, answer) = await Post($$$"""
            {"resourceSpans": [{
              "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "jenkins"}}]},
              "scopeSpans": [{"scope": {"name": "x"}, "spans": [
                {"traceId": "{{{Spans.Trace.ToUpperInvariant()}}}", "spanId": "0000000000000001", "kind": 2,
                 "startTimeUnixNano": "1772443800123456789", "endTimeUnixNano": 1772444400123456789,
                 "status": {}, "unknown": [],
                 "attributes": [{"key": "cicd.pipeline.name", "value": {"stringValue": "build"}},
                   {"key": "cicd.pipeline.run.id", "value": {"intValue": "4711"}},
                   {"key": "cicd.pipeline.result", "value": {"stringValue": "success"}}]},
                {"traceId": "{{{Spans.Trace}}}", "spanId": "0000000000000002", "parentSpanId": "0000000000000001",
                 "startTimeUnixNano": "1772443801123456789", "endTimeUnixNano": "1772443831123456789",
                 "attributes": [{"key": "cicd.pipeline.task.name", "value": {"stringValue": "compile"}},
                   {"key": "cicd.pipeline.run.id", "value": {"stringValue": "4711"}},
                   {"key": "cicd.pipeline.task.run.id", "value": {"stringValue": "t1"}}]}]}]}]}
            """);

        Assert.Equal((200, "{ }"), (status, answer));
        Assert.Equal(runs, Runs(columns));
        Assert.Equal(components, Components("component_run_id || ' ' || dot_code"));
    }

    [Fact]
    public async Task A_body_that_is_none_is_answered_400_with_a_status_as_OTLP_has_it()
    {
        using var content = new ByteArrayContent([0xff, 0xff, 1, 2, 3]) { Headers = { ContentType = new(Protobuf) } };
        using var response = await _ledger.Client.PostAsync("/v1/traces", content);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal(Protobuf, response.Content.Headers.ContentType!.MediaType);
        var status = RpcStatus.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(3, status.Code);
        Assert.Contains("no ExportTraceServiceRequest", status.Message, StringComparison.Ordinal);
        var (refused, words) = await Post("{\"resourceSpans\":");
        Assert.Equal((400, 3), (refused, (int)JsonNode.Parse(words)!["code"]!));
        Assert.Equal(400, (await Post("[]")).Status);
    }

    [Fact]
    public async Task A_span_that_is_no_protobuf_costs_its_neighbours_nothing()
    {
        var request = Spans.Request(Spans.Run());
        byte[] broken = [0x0a, 0x7f, .. "cicd.pipeline."u8];
        request.ResourceSpans[0].ScopeSpans[0].Spans.Add(ByteString.CopyFrom(broken));

        var answer = await Taken(request);

        Assert.Equal(1, answer.PartialSuccess.RejectedSpans);
        Assert.Equal(["completed"], Runs("status"));
    }

    [Fact]
    public async Task What_is_too_large_and_what_is_of_another_type_is_refused_with_a_status()
    {
        using var large = new ByteArrayContent(new byte[9 * 1024 * 1024]) { Headers = { ContentType = new(Protobuf) } };
        using var other = new StringContent("x", Encoding.UTF8, "text/plain");

        var (status, _) = await _ledger.Post("/v1/traces", large);
        var (unknown, why) = await _ledger.Post("/v1/traces", other);

        Assert.Equal((413, 415), (status, unknown));
        Assert.Contains("application/x-protobuf", (string)JsonNode.Parse(why)!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cancellation", "cancelled")]
    [InlineData("ABORTED", "cancelled")]
    [InlineData("timeout", "failed")]
    [InlineData("unstable", "failed")]
    [InlineData("a word that nobody knows", "completed")]
    public async Task A_result_is_a_status(string result, string status)
    {
        await Taken(Spans.Request(Spans.Run(result: result)));

        Assert.Equal([status], Runs("status"));
    }

    [Fact]
    public async Task What_went_wrong_is_what_the_status_says_or_the_exception_or_the_class_of_error()
    {
        var told = Spans.Run("1", "failure");
        told.Status = new() { Code = 2, Message = "2 tests failed" };
        var thrown = Spans.Run("2", "error");
        thrown.Events.Add(new Event { Name = "exception", Attributes = { Spans.Text("exception.message", "boom") } });
        var named = Spans.Run("3", "failure").With(("error.type", "500"));

        await Taken(Spans.Request(told, thrown, named));

        Assert.Equal(["2 tests failed", "500", "boom"], Runs("error_ref"));
    }

    [Fact]
    public async Task A_start_that_cannot_be_does_not_cost_the_end()
    {
        var run = Spans.Run();
        run.StartTimeUnixNano = 1;

        await Taken(Spans.Request(run));

        Assert.Equal(["completed "], Runs("status || ' ' || coalesce(started_at, '')"));
        Assert.Empty(_ledger.List("select reason from rejected_observation"));
    }

    [Fact]
    public async Task A_span_that_was_set_aside_is_taken_when_it_is_corrected()
    {
        var lost = Spans.Plain(9, 0, 1).With(("cicd.pipeline.task.name", "compile"));
        await Taken(Spans.Request(lost));
        var id = _ledger.List("select rejected_id from rejected_observation")[0];
        var payload = _ledger.List("select cast(payload as text) from rejected_observation")[0].Replace(
            "\"cicd.pipeline.task.name\"",
            "\"cicd.pipeline.run.id\",\"value\":{\"intValue\":\"4711\"}},{\"key\":\"cicd.pipeline.task.name\"",
            StringComparison.Ordinal);
        using var content = new StringContent(
            $$"""{"payload":{{payload}}}""", Encoding.UTF8, "application/json");

        var (status, answer) = await _ledger.Post($"/api/rejected/{id}/resend", content);

        Assert.True(status == 200, answer);
        Assert.Equal("resent", (string?)JsonNode.Parse(answer)!["state"]);
        Assert.Equal(["compile"], Components("dot_code"));
    }

    [Fact]
    public async Task A_run_that_is_tried_again_is_another_attempt_and_no_conflict()
    {
        var again = Spans.Run();
        again.EndTimeUnixNano += 3_600_000_000_000;

        await Taken(Spans.Request(
            Spans.Run(result: "failure").With(("cicd.pipeline.run.attempt", "1")),
            again.With(("cicd.pipeline.run.attempt", "2"))));

        Assert.Equal(["completed"], Runs("status"));
        Assert.DoesNotContain("conflicts", Runs("evidence_ref")[0], StringComparison.Ordinal);
    }

    async Task<ExportTraceServiceResponse> Taken(ExportTraceServiceRequest request)
    {
        using var content = new ByteArrayContent(request.ToByteArray())
        {
            Headers = { ContentType = new MediaTypeHeaderValue(Protobuf) },
        };
        using var response = await _ledger.Client.PostAsync("/v1/traces", content);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(Protobuf, response.Content.Headers.ContentType!.MediaType);
        return ExportTraceServiceResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync());
    }

    async Task<(int Status, string Body)> Post(string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await _ledger.Post("/v1/traces", content);
    }

    List<string> Runs(string column) => _ledger.List($"select {column} from process_run_observation order by 1");

    List<string> Components(string column) =>
        _ledger.List($"select {column} from process_component_observation order by dot_code");
}
