using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Intake.CloudEvents;

/// <summary>CloudEvents over HTTP, as their own SDK writes them, and CDEvents in them.</summary>
public sealed class CloudEventIntakeTests(SharedLedger shared) : IClassFixture<SharedLedger>
{
    const string Structured = "application/cloudevents+json";

    static readonly JsonEventFormatter Formatter = new();

    readonly EmbeddedLedger _ledger = shared.Empty();

    [Fact]
    public async Task A_pipeline_with_a_task_is_a_run_with_a_component_however_its_events_come()
    {
        await Post(Formatter.EncodeStructuredModeMessage(Event("pipelinerun.queued", 0), out var type), type);
        await Post(
            Formatter.EncodeBatchModeMessage(
                [Event("pipelinerun.started", 1), Event("taskrun.started", 2)], out type),
            type);
        var binary = Event("taskrun.finished", 3, ("outcome", "failure"), ("errors", "exit code 1"));
        await Post(
            Formatter.EncodeBinaryModeEventData(binary),
            new("application/json"),
            ("ce-specversion", "1.0"), ("ce-type", binary.Type!), ("ce-id", binary.Id!),
            ("ce-source", $"{binary.Source}"));
        await Post(Data("pipelinerun.finished", 4, ("outcome", "error")), new("application/json"));

        Assert.Equal(
            ["CD:/tekton/ci:build failed 4c8c 2026-03-02T09:01:00.000000Z 2026-03-02T09:04:00.000000Z"],
            List(
                "process_candidate_code || ' ' || status || ' ' || correlation_id || ' ' || started_at || ' ' || "
                + "ended_at",
                "run"));
        Assert.Equal(
            ["compile failed exit code 1"], List("dot_code || ' ' || status || ' ' || error_ref", "component"));
    }

    [Fact]
    public async Task A_suite_of_tests_is_a_run_and_so_is_a_task_without_a_pipeline()
    {
        await Post(Data("testsuiterun.finished", 1, ("outcome", "failure"), ("reason", "no host")), new(Structured));
        var task = JsonNode.Parse(Data("taskrun.finished", 1, ("outcome", "cancel")))!;
        task["subject"]!["content"]!.AsObject().Remove("pipelineRun");
        await Post(Encoding.UTF8.GetBytes(task.ToJsonString()), new("application/json"));

        Assert.Equal(
            ["CD:/tekton/ci:auth failed no host", "CD:/tekton/ci:compile cancelled "],
            List("process_candidate_code || ' ' || status || ' ' || coalesce(error_ref, '')", "run"));
        Assert.Empty(List("status", "component"));
    }

    [Fact]
    public async Task An_event_whose_type_is_a_contract_is_what_it_says()
    {
        var observation = BadBodies.Started(Guid.CreateVersion7());
        var @event = new CloudEvent
        {
            Id = "1",
            Type = "RunStarted",
            Source = new("/me", UriKind.Relative),
            DataContentType = MediaTypeNames.Application.Json,
            Data = observation,
        };

        await Post(Formatter.EncodeStructuredModeMessage(@event, out var type), type);

        Assert.Equal(["started"], List("status", "run"));
    }

    [Fact]
    public async Task What_is_no_run_is_answered_as_ignored_and_what_cannot_be_taken_with_its_reason()
    {
        var answer = await Post(
            Encoding.UTF8.GetBytes($$$"""
                [{"specversion":"1.0","id":"1","source":"/a","type":"com.example.order","data":{}},
                 {{{Encoding.UTF8.GetString(Data("build.started", 1))}}},
                 {{{Encoding.UTF8.GetString(Data("pipelinerun.started", 1)).Replace("2026-03-02T09:01:00Z", "now")}}},
                 {{{Encoding.UTF8.GetString(Data("pipelinerun.started", 1))}}},
                 {"specversion":"1.0"}]
                """),
            new("application/cloudevents-batch+json"));

        Assert.Equal(1, (int)answer["accepted"]!);
        Assert.Equal([1, 2], answer["ignored"]!.AsArray().Select(one => (int)one!["line"]!));
        Assert.Equal([3, 5], answer["rejected"]!.AsArray().Select(one => (int)one!["line"]!));
        Assert.Contains("context.timestamp", (string)answer["rejected"]![0]!["reason"]!, StringComparison.Ordinal);
        Assert.Equal(2, _ledger.List("select reason from rejected_observation").Count);
        await Post(Encoding.UTF8.GetBytes("nonsense"), new(Structured), 400);
        await Post(Array.Empty<byte>(), new(Structured), 400);
    }

    [Fact]
    public async Task Shuffled_and_doubled_events_give_identical_rows()
    {
        byte[][] events =
        [
            Data("pipelinerun.queued", 0), Data("pipelinerun.started", 1), Data("taskrun.started", 2),
            Data("taskrun.finished", 3, ("outcome", "success")),
            Data("pipelinerun.finished", 4, ("outcome", "success")),
            Data("testsuiterun.started", 2), Data("testsuiterun.finished", 3, ("outcome", "success")),
        ];
        List<string>? inOrder = null;
        foreach (var seed in Enumerable.Range(0, 10))
        {
            _ = shared.Empty();
            var sent = events.Concat(events.Take(seed)).ToArray();
            if (seed > 0)
                new Random(seed).Shuffle(sent);
            foreach (var few in sent.Chunk(1 + (seed % 3)))
            {
                var batch = $"[{string.Join(',', few.Select(Encoding.UTF8.GetString))}]";
                await Post(Encoding.UTF8.GetBytes(batch), new(Structured));
            }

            var rows = Rows();
            inOrder ??= rows;
            Assert.Equal(inOrder, rows);
        }

        Assert.Equal(3, inOrder!.Count);
    }

    /// <summary>The files by which the CDEvents project tells whether somebody speaks it.</summary>
    [Fact]
    public async Task The_conformance_files_of_CDEvents_are_taken_or_ignored_in_any_order_and_none_is_refused()
    {
        foreach (var (name, json) in CdEventFixtures.Files())
        {
            var answer = await Post(Encoding.UTF8.GetBytes(json), new("application/json"));
            var ofRun = name.StartsWith("pipelinerun_", StringComparison.Ordinal)
                || name.StartsWith("taskrun_", StringComparison.Ordinal)
                || name.StartsWith("testsuiterun_", StringComparison.Ordinal);
            Assert.True((int)answer["accepted"]! == (ofRun ? 1 : 0), $"{name}: {answer}");
            Assert.Empty(answer["rejected"]!.AsArray());
        }

        Assert.Equal(
            ["CD:/event/source/123:Auth TestSuite failed Host 123.34.23.32 not found",
                "CD:/event/source/123:myPipeline failed Something went wrong\nWith some more details"],
            List("process_candidate_code || ' ' || status || ' ' || error_ref", "run"));
        Assert.Equal(["myTask failed"], List("dot_code || ' ' || status", "component"));

        var inOrder = Rows();
        for (var seed = 1; seed <= 5; seed++)
        {
            _ = shared.Empty();
            string[] files = [.. CdEventFixtures.Files().Select(file => file.Json)];
            string[] sent = [.. files, .. files];
            new Random(seed).Shuffle(sent);
            foreach (var few in sent.Chunk(seed))
                await Post(Encoding.UTF8.GetBytes($"[{string.Join(',', few)}]"), new(Structured));
            Assert.Equal(inOrder, Rows());
        }
    }

    static CloudEvent Event(string what, int minute, params (string Name, string Value)[] content)
    {
        var data = Data(what, minute, content);
        return new()
        {
            Id = $"{what}-{minute}",
            Type = $"dev.cdevents.{what}.0.3.0",
            Source = new("/tekton/ci", UriKind.Relative),
            Subject = "s",
            Time = new(2026, 3, 2, 9, minute, 0, TimeSpan.Zero),
            DataContentType = MediaTypeNames.Application.Json,
            Data = JsonElement.Parse(data),
        };
    }

    static byte[] Data(string what, int minute, params (string Name, string Value)[] content)
    {
        var subject = what.Split('.')[0];
        var about = subject switch
        {
            "pipelinerun" => new JsonObject { ["pipelineName"] = "build" },
            "taskrun" => new()
            {
                ["taskName"] = "compile",
                ["pipelineRun"] = new JsonObject { ["id"] = "pipelinerun/1" },
            },
            _ => new() { ["testSuite"] = new JsonObject { ["id"] = "9", ["name"] = "auth" } },
        };
        foreach (var (name, value) in content)
            about[name] = value;
        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["context"] = new JsonObject
            {
                ["specversion"] = "0.5.0",
                ["id"] = $"{what}-{minute}",
                ["source"] = "/tekton/ci",
                ["chainId"] = "4c8c",
                ["type"] = $"dev.cdevents.{what}.0.3.0",
                ["timestamp"] = $"2026-03-02T09:0{minute}:00Z",
            },
            ["subject"] = new JsonObject { ["id"] = $"{subject}/1", ["content"] = about },
        }.ToJsonString());
    }

    Task<JsonNode> Post(
        ReadOnlyMemory<byte> body, ContentType type, params (string Name, string Value)[] headers) =>
        Post(body, type, 202, headers);

    async Task<JsonNode> Post(
        ReadOnlyMemory<byte> body, ContentType type, int expected, params (string Name, string Value)[] headers)
    {
        using var content = new ByteArrayContent(body.ToArray()) { Headers = { ContentType = new(type.MediaType) } };
        foreach (var (name, value) in headers)
            content.Headers.Add(name, value);
        var (status, answer) = await _ledger.Post("/api/cloudevents", content);
        Assert.True(status == expected, $"{status} {answer}");
        return JsonNode.Parse(answer)!;
    }

    List<string> Rows()
    {
        const string columns =
            "process_run_id || status || correlation_id || coalesce(started_at, '') || coalesce(ended_at, '') ";
        return
        [
            .. List($"{columns} || process_candidate_code", "run"),
            .. List($"{columns} || component_run_id || dot_code", "component"),
        ];
    }

    List<string> List(string columns, string what) =>
        _ledger.List($"select {columns} from process_{what}_observation order by 1");
}
