using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Contracts;
using RunLedger.Tests.Support;
using Xunit;
using static RunLedger.Tests.Support.LineageEvents;

namespace RunLedger.Tests.Intake.OpenLineage;

public sealed class LineageMappingTests
{
    [Theory]
    [InlineData("START", typeof(RunStarted))]
    [InlineData("RUNNING", typeof(RunHeartbeat))]
    [InlineData("OTHER", typeof(RunObserved))]
    [InlineData("COMPLETE", typeof(RunCompleted))]
    [InlineData("FAIL", typeof(RunFailed))]
    [InlineData("ABORT", typeof(RunCancelled))]
    [InlineData("complete", typeof(RunCompleted))]
    [InlineData(null, typeof(RunObserved))]
    public void The_type_of_an_event_decides_the_contract(string? eventType, Type contract)
    {
        Assert.IsType(contract, Event().With("eventType", eventType).Map().Taken());
    }

    [Fact]
    public void A_RUNNING_event_says_too_that_the_run_has_started()
    {
        var running = Event().With("eventType", "RUNNING").Map();

        Assert.Equal(
            running.Taken() with { EvidenceRef = null, OutputRef = null, ErrorRef = null },
            new RunHeartbeat
            {
                ProcessRunId = running.Start!.ProcessRunId,
                ProcessCandidateCode = running.Start.ProcessCandidateCode,
                CorrelationId = running.Start.CorrelationId,
                SourceSystem = running.Start.SourceSystem,
                OccurredAt = running.Start.OccurredAt,
                ParentRunId = running.Start.ParentRunId,
                InputRef = running.Start.InputRef,
            });
        Assert.Null(running.Start.EvidenceRef);
        Assert.Null(Event().With("eventType", "OTHER").Map().Start);
    }

    [Fact]
    public void An_event_without_a_type_says_that_its_run_exists()
    {
        Assert.IsType<RunObserved>(Event().Without("eventType").Map().Taken());
    }

    [Fact]
    public void An_event_fills_every_member_it_has_something_for()
    {
        var observation = Event().Map().Taken();

        Assert.Equal(Guid.Parse(Run), observation.ProcessRunId);
        Assert.Equal("OL:airflow:dag.task", observation.ProcessCandidateCode);
        Assert.Equal(Root, observation.CorrelationId);
        Assert.Equal(Guid.Parse(Parent), observation.ParentRunId);
        Assert.Equal(SourceSystems.WorkflowEngine, observation.SourceSystem);
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 9, 30, 0, 123, 456, TimeSpan.Zero), observation.OccurredAt);
        Assert.Equal("s3://lake/a.csv\ns3://lake/b.csv", observation.InputRef);
        Assert.Equal("postgres://db:5432/public.t", observation.OutputRef);
        Assert.Equal("no such table", observation.ErrorRef);
        Assert.Null(observation.IdempotencyKey);
    }

    [Fact]
    public void An_event_with_nothing_optional_leaves_the_rest_unsaid()
    {
        var observation = MapText(
            $$"""
            {
              "eventTime": "2026-03-02T09:30:00Z",
              "run": { "runId": "{{Run}}" },
              "job": { "namespace": "n", "name": "j" }
            }
            """).Taken();

        Assert.Equal(Run, observation.CorrelationId);
        Assert.Null(observation.ParentRunId);
        Assert.Null(observation.InputRef);
        Assert.Null(observation.OutputRef);
        Assert.Null(observation.ErrorRef);
    }

    [Theory]
    [InlineData("inputs")]
    [InlineData("outputs")]
    [InlineData("run.facets")]
    [InlineData("job.facets")]
    [InlineData("run.facets.parent")]
    [InlineData("run.facets.parent.root")]
    public void Null_is_the_same_as_absent(string member)
    {
        var without = Event().Without(member).Map().Taken();
        var withNull = Event().With(member, null).Map().Taken();

        Assert.Equal(without with { EvidenceRef = null }, withNull with { EvidenceRef = null });
    }

    [Fact]
    public void Datasets_in_another_order_or_twice_are_the_same_reference()
    {
        var reordered = Event().With("inputs", new JsonArray(
            Dataset("s3://lake", "a.csv"), Dataset("s3://lake", "b.csv"), Dataset("s3://lake", "a.csv")));

        Assert.Equal(Event().Map().Taken().InputRef, reordered.Map().Taken().InputRef);
    }

    [Fact]
    public void Many_datasets_are_cut_at_8_KB_on_a_whole_character()
    {
        var many = Enumerable.Range(0, 2000).Select(i => Dataset("s3://озеро", $"{i:0000}-🦆"));

        var reference = Event().With("inputs", new JsonArray([.. many])).Map().Taken().InputRef!;

        Assert.InRange(Encoding.UTF8.GetByteCount(reference), 8189, 8192);
        Assert.StartsWith("s3://озеро/0000-🦆\ns3://озеро/0001-🦆\n", reference, StringComparison.Ordinal);
        Assert.EndsWith("…", reference, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(reference)));
    }

    [Fact]
    public void A_long_error_message_is_cut_at_8_KB()
    {
        var observation = Event().With("run.facets.errorMessage.message", new string('é', 10_000)).Map().Taken();

        Assert.Equal(new string('é', 4094) + "…", observation.ErrorRef);
    }

    [Fact]
    public void An_error_facet_in_a_shape_of_its_own_does_not_lose_the_run()
    {
        var observation = Event().With("run.facets.errorMessage", new JsonObject { ["message"] = 5 }).Map().Taken();

        Assert.Null(observation.ErrorRef);
        Assert.Equal(5, observation.EvidenceRef!.Value.GetProperty("runFacets")
            .GetProperty("errorMessage").GetProperty("message").GetInt32());
    }

    [Theory]
    [InlineData("2026-03-02T09:30:00.123456789Z", "2026-03-02T09:30:00.1234560+00:00")]
    [InlineData("2026-03-02T09:30:00.25", "2026-03-02T09:30:00.2500000+00:00")]
    [InlineData("2026-03-02t11:30:00+02:00[Europe/Paris]", "2026-03-02T09:30:00.0000000+00:00")]
    public void A_time_becomes_UTC_cut_to_microseconds_and_without_an_offset_it_is_UTC(string sent, string taken)
    {
        Assert.Equal(taken, Event().With("eventTime", sent).Map().Taken().OccurredAt.ToString("O"));
    }

    static JsonObject Dataset(string space, string name) => new() { ["namespace"] = space, ["name"] = name };
}
