using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Contracts;
using RunLedger.Folding;
using RunLedger.Service.Intake.OpenLineage;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.LineageEvents;

namespace RunLedger.Tests.Intake.OpenLineage;

/// <summary>What cannot be kept of an event costs itself, is named, and the event counts.</summary>
public sealed class LineageDropTests
{
    [Theory]
    [InlineData("job", "null", "job is missing: send the job as {\"namespace\": …, \"name\": …}")]
    [InlineData("job.name", "\"\"", "job.name is empty: send the name of the job, a string")]
    [InlineData("job.namespace", "{}", "job.namespace is an object: send the namespace of the job, a string")]
    [InlineData("run.facets", "[]", "run.facets is an array: send an object")]
    [InlineData("run.facets.parent", "\"p\"", "run.facets.parent is a string: send an object")]
    [InlineData(
        "run.facets.parent.run", "null", "run.facets.parent.run is missing: send the run as {\"runId\": …}")]
    [InlineData(
        "run.facets.parent.run.runId", "true",
        "run.facets.parent.run.runId is a boolean: send the run's id, best a UUID")]
    [InlineData(
        "run.facets.parent.root.run.runId", "null",
        "run.facets.parent.root.run.runId is missing: send the run's id, best a UUID")]
    [InlineData("inputs", "{}", "inputs is an object: send an array of objects")]
    [InlineData("inputs", "[{\"namespace\":\"n\",\"name\":\"d\"},7]", "inputs[1] is a number: send an object")]
    [InlineData("outputs", "[{\"namespace\":\"n\"}]", "outputs[0].name is missing: send a string")]
    public void What_is_of_the_wrong_shape_is_named_and_the_event_counts(string member, string json, string dropped)
    {
        var result = Event().With(member, JsonNode.Parse(json)).Map();

        Assert.IsType<RunCompleted>(result.Taken());
        Assert.Equal([dropped], result.Dropped);
        Assert.Equal([dropped], InEvidence(result));
    }

    [Fact]
    public void A_parent_that_cannot_be_read_leaves_what_can()
    {
        var root = Event().With("run.facets.parent.root", 5).Map().Taken();
        var parent = Event().With("run.facets.parent.run", 5).Map().Taken();

        Assert.Equal((Guid.Parse(Parent), Parent), (root.ParentRunId, root.CorrelationId));
        Assert.Equal((null, Root), (parent.ParentRunId, parent.CorrelationId));
    }

    [Theory]
    [InlineData("parent")]
    [InlineData("parentRun")]
    public void A_flat_parent_is_a_parent(string facet)
    {
        var @event = Event().Without("run.facets.parent").With(
            $"run.facets.{facet}",
            new JsonObject { ["job_name"] = "my_parent", ["job_namespace"] = "airflow", ["run_id"] = Parent });

        var result = @event.Map();

        Assert.Equal(Guid.Parse(Parent), result.Taken().ParentRunId);
        Assert.Empty(result.Dropped);
        var named = @event.With($"run.facets.{facet}.run_id", "manual");
        Assert.Equal(
            Event().With("run.facets.parent.run.runId", "manual")
                .With("run.facets.parent.job.name", "my_parent").Map().Taken().ParentRunId,
            named.Map().Taken().ParentRunId);
    }

    [Fact]
    public void The_facets_that_a_parent_forwards_say_nothing_of_the_run()
    {
        var forwarded = new JsonObject { ["errorMessage"] = new JsonObject { ["message"] = "the parent's" } };

        var result = Event().Without("run.facets.errorMessage").With("run.facets.parent.run.facets", forwarded).Map();

        Assert.Null(result.Taken().ErrorRef);
        Assert.Equal("the parent's", result.Taken().EvidenceRef!.Value.GetProperty("runFacets").GetProperty("parent")
            .GetProperty("run").GetProperty("facets").GetProperty("errorMessage").GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("bad\\u0000byte", "bad\uFFFDbyte")]
    [InlineData("\\ud800 and \\udc00\\ud83d", "\uFFFD and \uFFFD\uFFFD")]
    [InlineData("\\ud83e\\udd86 \\\\u0000 \\u00e9", "🦆 \\u0000 é", 0)]
    public void Text_that_no_table_holds_is_mended(string escaped, string kept, int mended = 1)
    {
        var result = Escaped("run.facets.errorMessage.message", $"\"{escaped}\"");

        Assert.Equal(kept, result.Taken().ErrorRef);
        Assert.Equal(
            Enumerable.Repeat(
                "run.facets.errorMessage.message: text with a NUL or half a character is mended", mended),
            result.Dropped);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_mended()
    {
        byte[] json = [.. Encoding.Latin1.GetBytes(
            Event().With("job.name", "a BYTE").ToJsonString().Replace("BYTE", "\u00ff", StringComparison.Ordinal))];

        Assert.Equal("OL:airflow:a ?", LineageMapping.Map(json).Taken().ProcessCandidateCode);
    }

    [Theory]
    [InlineData("{\"\\ud800\":\"\\udc00\"}", "{\"\\uFFFD\":\"\\uFFFD\"}")]
    [InlineData("{\"a\":[1e999,-1E-999,1.5e3]}", "{\"a\":[\"1e999\",\"-1E-999\",1.5e3]}")]
    public void A_facet_is_mended_and_kept(string json, string kept)
    {
        var result = Escaped("job.facets.note", json);

        Assert.Equal(
            JsonNode.Parse(kept)!.ToJsonString(),
            JsonNode.Parse(result.Taken().EvidenceRef!.Value.GetProperty("jobFacets").GetProperty("note").GetRawText())!
                .ToJsonString());
        Assert.StartsWith("job.facets.note: ", Assert.Single(result.Dropped), StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_is_none_is_kept_as_text()
    {
        var result = Escaped("run.facets.metrics", "{\"mean\":NaN,\"most\":-Infinity}");

        Assert.Equal(
            "{\"mean\":\"NaN\",\"most\":\"-Infinity\"}",
            result.Taken().EvidenceRef!.Value.GetProperty("runFacets").GetProperty("metrics").GetRawText());
        Assert.Equal([LineageMapping.NoNumberKept], result.Dropped);
    }

    [Theory]
    [InlineData(58)]
    [InlineData(200)]
    [InlineData(100_000)]
    public void A_facet_that_is_nested_too_deep_is_dropped_alone(int depth)
    {
        var result = Escaped("run.facets.deep", new string('[', depth) + new string(']', depth));

        Assert.Equal(["run.facets.deep: nested deeper than 60 levels"], result.Dropped);
        var facets = result.Taken().EvidenceRef!.Value.GetProperty("runFacets");
        Assert.False(facets.TryGetProperty("deep", out _));
        Assert.True(facets.TryGetProperty("processing_engine", out _));
    }

    [Fact]
    public void The_message_of_an_error_is_kept_when_its_stack_trace_is_too_large()
    {
        var result = Event().With("run.facets.errorMessage.stackTrace", new string('s', 300_000)).Map();

        Assert.Equal("no such table", result.Taken().ErrorRef);
        Assert.Equal(["run.facets.errorMessage.stackTrace: 300,002 bytes"], result.Dropped);
    }

    [Theory]
    [InlineData("\u00e9")]
    [InlineData("\u6f22")]
    [InlineData("\\n")]
    [InlineData("\\u0041")]
    [InlineData("\\\\")]
    public void A_long_text_is_cut_at_a_whole_character(string character)
    {
        foreach (var before in (string[])["", "x", "xx", "xxx", "xxxx", "xxxxx"])
        {
            var message = before + string.Concat(Enumerable.Repeat(character, 40_000));

            var result = Escaped("run.facets.errorMessage.message", $"\"{message}\"");

            Assert.Equal(8192 / 1024, Encoding.UTF8.GetByteCount(result.Taken().ErrorRef!) / 1020);
            Assert.DoesNotContain('\uFFFD', result.Taken().ErrorRef!);
            Assert.Contains("bytes are kept", Assert.Single(result.Dropped), StringComparison.Ordinal);
        }
    }

    static LineageResult Escaped(string member, string json) => MapText(
        Event().With(member, "@").ToJsonString().Replace("\"@\"", json, StringComparison.Ordinal));

    static List<string?> InEvidence(LineageResult result) =>
    [
        .. result.Taken().EvidenceRef!.Value.GetProperty(Proof.Dropped).EnumerateArray()
            .Select(line => line.GetString()),
    ];
}
