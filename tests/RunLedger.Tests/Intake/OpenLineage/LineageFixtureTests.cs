using RunLedger.Contracts;
using RunLedger.Testing;
using RunLedger.Tests.Support;
using Xunit;
using static RunLedger.Testing.LineageFixtures;
using static RunLedger.Tests.Support.LineageEvents;

namespace RunLedger.Tests.Intake.OpenLineage;

/// <summary>Streams that real clients sent, with the times another implementation found in them.</summary>
public sealed class LineageFixtureTests
{
    [Fact]
    public void Each_Airflow_run_starts_and_ends_well_at_the_times_expected()
    {
        var observations = Stream(Airflow);

        foreach (var (id, started, ended) in Expected(Airflow))
        {
            var run = observations.Where(observation => observation.ProcessRunId == id).ToList();
            Assert.Equal(started, run.OfType<RunStarted>().Min(start => start.OccurredAt));
            Assert.Equal(ended, Assert.Single(run.OfType<RunCompleted>()).OccurredAt);
            Assert.DoesNotContain(run, observation => observation is RunFailed or RunCancelled);
        }
    }

    [Fact]
    public void The_tasks_of_an_Airflow_run_hang_under_it_with_its_wire_key()
    {
        var observations = Stream(Airflow);
        var tops = Expected(Airflow).Select(run => run.Id).ToHashSet();

        Assert.Equal(32, observations.Count);
        Assert.All(observations, observation =>
        {
            var top = observation.ParentRunId ?? observation.ProcessRunId;
            Assert.Contains(top, tops);
            Assert.Equal(top.ToString(), observation.CorrelationId);
        });
    }

    [Fact]
    public void The_Spark_run_ends_as_expected_under_a_parent_that_never_speaks()
    {
        var observations = Stream(Spark);
        var (parent, started, ended) = Assert.Single(Expected(Spark));

        Assert.Single(observations.Select(observation => observation.ProcessRunId).Distinct());
        Assert.All(observations, observation => Assert.Equal(parent, observation.ParentRunId));
        Assert.DoesNotContain(observations, observation => observation.ProcessRunId == parent);
        Assert.Equal(started, Assert.Single(observations.OfType<RunStarted>()).OccurredAt);
        Assert.Equal(2, observations.OfType<RunHeartbeat>().Count());
        Assert.Equal(ended, Assert.Single(observations.OfType<RunCompleted>()).OccurredAt);
        Assert.Equal(new DateTimeOffset(2024, 10, 17, 9, 18, 29, 267, TimeSpan.Zero), ended);
    }

    [Fact]
    public void The_plain_event_is_of_a_run_named_after_its_job()
    {
        var observation = Assert.IsType<RunCompleted>(Assert.Single(Stream(Plain)));

        Assert.Equal(Guid.Parse("8d1405fb-ab57-5cf8-918c-f605d8201a7b"), observation.ProcessRunId);
        Assert.Equal("OL:job_namespace:job_name", observation.ProcessCandidateCode);
        Assert.Equal("bigquery/test.table.input", observation.InputRef);
        Assert.Equal("bigquery/test.table.output", observation.OutputRef);
    }

    static List<RunObservation> Stream(string name) =>
        [.. LineageFixtures.Events(name).Select(text => MapText(text).Taken())];
}
