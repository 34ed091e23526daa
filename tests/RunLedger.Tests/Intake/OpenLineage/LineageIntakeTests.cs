using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Tests.Support;
using static RunLedger.Tests.Support.LineageEvents;

namespace RunLedger.Tests.Intake.OpenLineage;

/// <summary>OpenLineage events over HTTP, embedded: what is answered, and what the ledger says of the run.</summary>
public sealed class LineageIntakeTests : IAsyncLifetime
{
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task A_failure_whose_message_no_table_holds_is_a_failure_with_a_warning()
    {
        var @event = Event().With("eventType", "FAIL").With("run.facets.errorMessage.message", "bad\0byte");

        var answer = await Post(@event.ToJsonString());

        var dropped = Assert.Single(answer["dropped"]!.AsArray())!;
        Assert.Equal(
            (1, "run.facets.errorMessage.message: text with a NUL or half a character is mended"),
            ((int)dropped["line"]!, (string?)dropped["reason"]));
        Assert.Equal(["failed bad\uFFFDbyte"], Runs("status || ' ' || error_ref"));
        var warnings = JsonNode.Parse(Runs("evidence_ref")[0])!["warnings"]!.AsArray();
        Assert.Equal(
            "RunFailed at 2026-03-02T09:30:00.123456Z was taken without a part of it, or mended: "
                + (string)dropped["reason"]!,
            (string)Assert.Single(warnings)!);
    }

    [Fact]
    public async Task Many_dropped_parts_are_three_warnings_and_their_count()
    {
        var @event = Event();
        foreach (var i in Enumerable.Range(0, 7))
            @event.With($"run.facets.f{i}", new string('x', 300_000));

        await Post(@event.ToJsonString());

        var warnings = JsonNode.Parse(Runs("evidence_ref")[0])!["warnings"]!.AsArray();
        Assert.Equal(4, warnings.Count);
        Assert.EndsWith("without 4 other parts: see its evidence", (string)warnings[3]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_as_it_came_is_answered_without_a_word_of_it()
    {
        var answer = await Post(Event().ToJsonString());

        Assert.Equal("""{"accepted":1,"ignored":[],"rejected":[]}""", answer.ToJsonString());
    }

    [Fact]
    public async Task A_run_that_is_running_has_started_and_its_latest_facets_are_kept()
    {
        var later = Event().With("eventType", "RUNNING").With("eventTime", "2026-03-02T09:40:00Z")
            .With("run.facets.progress", new JsonObject { ["percent"] = 80 });
        var first = Event().With("eventType", "RUNNING");

        var answer = await Post($"{later.ToJsonString()}\n{first.ToJsonString()}");

        Assert.Equal(2, (int)answer["accepted"]!);
        Assert.Equal(
            ["started 2026-03-02T09:30:00.123456Z"], Runs("status || ' ' || started_at"));
        Assert.Equal(80, (int)JsonNode.Parse(Runs("evidence_ref")[0])!
            ["from"]!["RunHeartbeat"]!["value"]!["runFacets"]!["progress"]!["percent"]!);
    }

    async Task<JsonNode> Post(string body, string route = "/api/v1/lineage", int expected = 202)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var (status, answer) = await _ledger.Post(route, content);
        Assert.True(status == expected, $"{status} {answer}");
        return JsonNode.Parse(answer)!;
    }

    List<string> Runs(string column) => _ledger.List($"select {column} from process_run_observation");
}
