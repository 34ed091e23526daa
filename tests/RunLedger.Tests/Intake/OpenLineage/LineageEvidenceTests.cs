using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RunLedger.Folding;
using RunLedger.Service.Intake.OpenLineage;
using RunLedger.Tests.Support;
using Xunit;
using static RunLedger.Tests.Support.LineageEvents;

namespace RunLedger.Tests.Intake.OpenLineage;

public sealed class LineageEvidenceTests
{
    [Fact]
    public void Evidence_keeps_the_sender_and_all_facets_of_run_and_job()
    {
        var evidence = Evidence(Event());

        Assert.Equal("https://example.org/producer/1.2.3", evidence.GetProperty("producer").GetString());
        Assert.EndsWith("RunEvent", evidence.GetProperty("schemaURL").GetString(), StringComparison.Ordinal);
        var run = evidence.GetProperty("runFacets");
        Assert.Equal("at a.b(c.java:1)", run.GetProperty("errorMessage").GetProperty("stackTrace").GetString());
        Assert.Equal("3.5.1", run.GetProperty("processing_engine").GetProperty("version").GetString());
        var job = evidence.GetProperty("jobFacets");
        Assert.Equal("BATCH", job.GetProperty("jobType").GetProperty("processingType").GetString());
        Assert.False(evidence.TryGetProperty(Proof.Dropped, out _));
    }

    [Fact]
    public void Five_megabytes_of_a_facet_are_dropped_and_the_rest_is_kept()
    {
        var evidence = Evidence(Event().With("run.facets.huge", new string('x', 5_000_000)));

        Assert.Equal("run.facets.huge: 5,000,002 bytes", Assert.Single(Dropped(evidence)));
        Assert.True(evidence.GetProperty("runFacets").TryGetProperty("processing_engine", out _));
    }

    [Fact]
    public void The_biggest_facets_go_first_and_no_more_than_must()
    {
        var @event = Event()
            .With("run.facets.middling", new string('m', 500))
            .With("job.facets.big", new string('b', 1000))
            .With("run.facets.small", new string('s', 300));

        var evidence = Evidence(@event, 1500);

        Assert.Equal(["job.facets.big: 1,009 bytes", "run.facets.middling: 514 bytes"], Dropped(evidence));
        Assert.True(evidence.GetProperty("runFacets").TryGetProperty("small", out _));
    }

    [Fact]
    public void A_thousand_dropped_facets_are_counted_and_the_biggest_of_them_named()
    {
        var @event = Event();
        foreach (var i in Enumerable.Range(0, 1000))
        {
            @event.With($"run.facets.facet{i:000}", new string('x', 2000 + i));
        }

        var dropped = Dropped(Evidence(@event, 20_000));

        Assert.Equal(21, dropped.Count);
        Assert.StartsWith("run.facets.facet999: ", dropped[0], StringComparison.Ordinal);
        Assert.Matches("^and 97[0-9] more$", dropped[^1]);
    }

    [Theory]
    [InlineData(2000)]
    [InlineData(5000)]
    [InlineData(50_000)]
    public void Evidence_is_within_its_limit_however_its_characters_are_escaped(int limit)
    {
        var @event = Event();
        foreach (var i in Enumerable.Range(0, 200))
        {
            @event.With($"job.facets.<é{i}>", new string("é<\"🦆"[i % 4], i * 3));
        }

        var evidence = Evidence(@event, limit);

        Assert.InRange(Encoding.UTF8.GetByteCount(evidence.GetRawText()), 1, limit);
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(evidence).Length, 1, limit);
        Assert.NotEmpty(Dropped(evidence));
    }

    [Fact]
    public void A_limit_that_holds_nothing_leaves_no_evidence()
    {
        Assert.Null(Event().Map(evidenceLimit: 10).Taken().EvidenceRef);
    }

    [Fact]
    public void Of_a_facet_sent_twice_the_last_counts()
    {
        var json = Event().With("job.facets", "@").ToJsonString()
            .Replace("\"@\"", """{"f":1,"f":2}""", StringComparison.Ordinal);

        Assert.Equal("""{"f":2}""", MapText(json).Taken().EvidenceRef!.Value.GetProperty("jobFacets").GetRawText());
    }

    static JsonElement Evidence(JsonNode @event, int limit = LineageMapping.DefaultEvidenceLimit) =>
        @event.Map(limit).Taken().EvidenceRef!.Value;

    static List<string?> Dropped(JsonElement evidence) =>
        [.. evidence.GetProperty(Proof.Dropped).EnumerateArray().Select(line => line.GetString())];
}
