using System.Text.Json;
using System.Text.Json.Nodes;
using RunLedger.Intake;
using RunLedger.Service.Intake.OpenLineage;
using RunLedger.Tests.Support;
using Xunit;
using static RunLedger.Tests.Support.LineageEvents;

namespace RunLedger.Tests.Intake.OpenLineage;

public sealed class LineageFaultTests
{
    [Theory]
    [InlineData(
        """{"eventTime":"2026-03-02T09:30:00Z","dataset":{"namespace":"n","name":"d"}}""",
        "a DatasetEvent says nothing of a run")]
    [InlineData(
        """{"eventTime":"2026-03-02T09:30:00Z","job":{"namespace":"n","name":"j"}}""",
        "a JobEvent says nothing of a run")]
    public void An_event_of_something_else_is_no_fault_and_is_ignored(string json, string reason)
    {
        var result = MapText(json);

        Assert.True(result.IsIgnored);
        Assert.Null(result.Observation);
        Assert.Equal(reason, result.Reason);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("\"START\"")]
    public void What_is_no_object_is_told_what_to_be(string json)
    {
        Assert.Equal("the event is not a JSON object: send one OpenLineage RunEvent", MapText(json).Rejected());
    }

    [Fact]
    public void An_element_of_no_document_is_no_object_either()
    {
        Assert.NotNull(LineageMapping.Map(default).Reason);
    }

    [Theory]
    [InlineData("run", "run is missing: send the run as {\"runId\": …}")]
    [InlineData("run.runId", "run.runId is missing: send the run's id, best a UUID")]
    [InlineData("eventTime", "eventTime is missing: send ISO 8601 with an offset, such as 2026-03-02T09:30:00.123456Z")]
    public void What_is_missing_is_named_by_its_path(string member, string reason)
    {
        Assert.Equal(reason, Event().Without(member).Map().Rejected());
        Assert.Equal(reason, Event().With(member, null).Map().Rejected());
    }

    [Theory]
    [InlineData("run", "5", "run is a number: send an object: the run as {\"runId\": …}")]
    [InlineData("run.runId", "5", "run.runId is a number: send the run's id, best a UUID")]
    [InlineData("run.runId", "\" \"", "run.runId is empty: send the run's id, best a UUID")]
    [InlineData(
        "run.runId", "\"00000000-0000-0000-0000-000000000000\"",
        "run.runId is the empty UUID: send the run's id, best a UUID")]
    [InlineData("eventType", "[]", "eventType is an array: send START, RUNNING, COMPLETE, FAIL, ABORT or OTHER")]
    [InlineData(
        "eventType", "\"PAUSE\"",
        "eventType is \"PAUSE\": send START, RUNNING, COMPLETE, FAIL, ABORT or OTHER")]
    [InlineData(
        "eventTime", "1772443800",
        "eventTime is a number: send ISO 8601 with an offset, such as 2026-03-02T09:30:00.123456Z")]
    [InlineData(
        "eventTime", "\"02.03.2026\"",
        "eventTime is not a time: send ISO 8601 with an offset, such as 2026-03-02T09:30:00.123456Z")]
    [InlineData(
        "eventTime", "\"2026-02-30T00:00:00Z\"",
        "eventTime is not a time: send ISO 8601 with an offset, such as 2026-03-02T09:30:00.123456Z")]
    [InlineData(
        "eventTime", "\"2026-03-02\"",
        "eventTime is a date without a time of day: send ISO 8601 with an offset, such as 2026-03-02T09:30:00.123456Z")]
    public void What_is_of_the_wrong_kind_is_named_with_what_to_send(string member, string json, string reason)
    {
        Assert.Equal(reason, Event().With(member, JsonNode.Parse(json)).Map().Rejected());
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var reason = Event().With("eventType", 1).With("run.runId", 5).Without("eventTime").Map().Rejected();

        Assert.Equal(3, reason.Split("; ").Length);
    }

    [Fact]
    public void A_run_without_a_UUID_needs_its_job()
    {
        Assert.Equal(
            "job.name is missing: send the name of the job, a string",
            Event().With("run.runId", "manual").Without("job.name").Map().Rejected());
    }

    [Fact]
    public void What_is_taken_at_the_deepest_crosses_the_bus()
    {
        var deep = new string('[', ReadableJson.MaxDepth - 3) + new string(']', ReadableJson.MaxDepth - 3);

        var observation = MapText(EventWithNote(deep)).Taken();

        var envelope = JsonSerializer.SerializeToUtf8Bytes(new { message = (object)observation });
        Assert.NotEqual(default, JsonSerializer.Deserialize<JsonElement>(envelope));
    }

    [Fact]
    public void A_reason_can_be_stored_and_printed_whatever_it_quotes()
    {
        var reason = Event().With("eventType", "\0\u001b[31m" + new string('x', 5000)).Map().Rejected();

        Assert.DoesNotContain(reason, char.IsControl);
        Assert.InRange(reason.Length, 1, 200);
    }

    /// <summary>As text, since a JsonNode holds no half characters.</summary>
    static string EventWithNote(string json) =>
        Event().With("job.facets.note", "@").ToJsonString().Replace("\"@\"", json, StringComparison.Ordinal);
}
