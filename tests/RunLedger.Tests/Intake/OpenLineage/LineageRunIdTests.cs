using System.Text.Json.Nodes;
using RunLedger.Contracts;
using RunLedger.Tests.Support;
using Xunit;
using static RunLedger.Tests.Support.LineageEvents;

namespace RunLedger.Tests.Intake.OpenLineage;

public sealed class LineageRunIdTests
{
    [Fact]
    public void A_run_id_that_is_no_UUID_becomes_the_version_5_one_that_anybody_can_compute()
    {
        var observation = Event()
            .With("run.runId", "run_id").With("job.namespace", "job_namespace").With("job.name", "job_name")
            .Map().Taken();

        // python3: uuid5(uuid5(NAMESPACE_URL, "https://openlineage.io"), "job_namespace\0job_name\0run_id")
        Assert.Equal(Guid.Parse("8d1405fb-ab57-5cf8-918c-f605d8201a7b"), observation.ProcessRunId);
    }

    [Theory]
    [InlineData("a", "bc", "d")]
    [InlineData("ab", "c", "e")]
    [InlineData("ab", "d", "d")]
    public void Such_an_id_is_one_run_within_its_job_only(string space, string name, string id)
    {
        var one = Named("ab", "c", "d").Map().Taken();

        Assert.Equal(one.ProcessRunId, Named("ab", "c", "d").Map().Taken().ProcessRunId);
        Assert.NotEqual(one.ProcessRunId, Named(space, name, id).Map().Taken().ProcessRunId);
    }

    [Theory]
    [InlineData("0198F3C2-6A10-7C44-9D3E-5B1F0C7A2E11")]
    [InlineData("0198f3c26a107c449d3e5b1f0c7a2e11")]
    public void A_UUID_is_itself_however_it_is_written(string id)
    {
        Assert.Equal(Guid.Parse(Run), Event().With("run.runId", id).Map().Taken().ProcessRunId);
    }

    [Theory]
    [InlineData(Root, Parent, Run)]
    [InlineData("manual__2026-03-02", "attempt 1", "7")]
    public void All_runs_of_a_tree_share_the_wire_key_and_find_their_parents(
        string rootId, string middleId, string leafId)
    {
        var root = Named("airflow", "nightly", rootId).Without("run.facets.parent").Map().Taken();
        var middle = Named("airflow", "dag", middleId)
            .With("run.facets.parent", Reference("nightly", rootId, null)).Map().Taken();
        var leaf = Named("airflow", "dag.task", leafId)
            .With("run.facets.parent", Reference("dag", middleId, Reference("nightly", rootId, null))).Map().Taken();

        Assert.Equal(root.ProcessRunId.ToString(), root.CorrelationId);
        Assert.Equal(root.CorrelationId, middle.CorrelationId);
        Assert.Equal(root.CorrelationId, leaf.CorrelationId);
        Assert.Null(root.ParentRunId);
        Assert.Equal(root.ProcessRunId, middle.ParentRunId);
        Assert.Equal(middle.ProcessRunId, leaf.ParentRunId);
    }

    [Fact]
    public void A_parent_named_by_a_UUID_needs_no_job()
    {
        Assert.Equal(Guid.Parse(Parent), Event().Without("run.facets.parent.job").Map().Taken().ParentRunId);
    }

    static JsonObject Named(string space, string name, string id) =>
        Event().With("job.namespace", space).With("job.name", name).With("run.runId", id);

    static JsonObject Reference(string job, string id, JsonObject? root) => new()
    {
        ["run"] = new JsonObject { ["runId"] = id },
        ["job"] = new JsonObject { ["namespace"] = "airflow", ["name"] = job },
        ["root"] = root,
    };
}
