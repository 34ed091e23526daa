using System.Text.Json;
using RunLedger.Contracts;
using RunLedger.Service.OpenLineage;
using Xunit;

namespace RunLedger.Tests.OpenLineage;

/// <summary>Streams that real clients sent, with the times another implementation found in them.</summary>
public sealed class LineageFixtureTests
{
    [Fact]
    public void Each_Airflow_run_starts_and_ends_well_at_the_times_expected()
    {
        var observations = Stream("airflow");

        foreach (var (id, started, ended) in Expected("airflow"))
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
        var observations = Stream("airflow");
        var tops = Expected("airflow").Select(run => run.Id).ToHashSet();

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
        var observations = Stream("spark_dataproc_simple_producer_test");
        var (parent, started, ended) = Assert.Single(Expected("spark_dataproc_simple_producer_test"));

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
        var observation = Assert.IsType<RunCompleted>(Assert.Single(Stream("simple_run_event")));

        Assert.Equal(Guid.Parse("8d1405fb-ab57-5cf8-918c-f605d8201a7b"), observation.ProcessRunId);
        Assert.Equal("OL:job_namespace:job_name", observation.ProcessCandidateCode);
        Assert.Equal("bigquery/test.table.input", observation.InputRef);
        Assert.Equal("bigquery/test.table.output", observation.OutputRef);
    }

    static List<RunObservation> Stream(string name) =>
    [
        .. Directory.GetFiles(Path.Combine(Fixtures(), name), "*.json").Order(StringComparer.Ordinal).Select(file =>
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            return LineageMapping.Map(document.RootElement).Taken();
        }),
    ];

    static List<(Guid Id, DateTimeOffset Started, DateTimeOffset Ended)> Expected(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures(), name + ".expected.json")));
        return
        [
            .. document.RootElement.EnumerateArray().Select(run => (
                run.GetProperty("display_name").GetGuid(),
                run.GetProperty("start_time").GetDateTimeOffset(),
                run.GetProperty("end_time").GetDateTimeOffset())),
        ];
    }

    internal static string Fixtures()
    {
        const string folder = "shared/fixtures/openlineage";
        for (var above = new DirectoryInfo(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            if (Directory.Exists(Path.Combine(above.FullName, folder)))
            {
                return Path.Combine(above.FullName, folder);
            }
        }

        Assert.Skip($"no {folder} beside the repository: its streams are not part of it");
        return "";
    }
}
