using System.Net;
using System.Text.Json;
using RunLedger.Testing.Stores;
using Xunit;

namespace RunLedger.Testing.Conformance;

/// <summary>A run beside another, as clients ask for it.</summary>
public abstract class ChangesConformance(Provider provider) : ReadingSuite(provider)
{
    int _runs;

    [Fact]
    public async Task A_run_is_compared_with_the_last_good_one_of_its_candidate_before_it()
    {
        for (var day = 1; day <= 9; day++)
            await Run(day, version: "7");
        await Run(10, "failed", version: "7");
        await Run(11, candidate: "b");
        var run = await Run(12, version: "8");

        var answer = await Ledger.Get($"/api/runs/{run}/changes");

        Assert.Equal(Id(9), answer.GetProperty("against").GetProperty("processRunId").GetGuid());
        Assert.Equal(9, answer.GetProperty("goodRuns").GetInt32());
        var change = Assert.Single(answer.GetProperty("changes").EnumerateArray());
        Assert.Equal(
            ("version", "8", "7"),
            (Text(change, "kind"), Text(change, "value"), Text(change, "other")));
        Assert.Equal("The version is 8, in the other 7: not once so in 9 good runs.", Text(change, "text"));
    }

    [Fact]
    public async Task What_every_run_has_another_of_is_counted_and_not_shown()
    {
        for (var day = 1; day <= 9; day++)
            await Run(day, version: "7", more: $",\"id\":\"x{day}\"");
        var run = await Run(10, version: "7", more: ",\"id\":\"x10\"");

        var answer = await Ledger.Get($"/api/runs/{run}/changes");

        Assert.Empty(answer.GetProperty("changes").EnumerateArray());
        Assert.Equal(1, answer.GetProperty("others").GetInt32());
    }

    [Fact]
    public async Task A_component_that_is_missing_comes_first_with_why()
    {
        for (var day = 1; day <= 9; day++)
            await Step(await Run(day), "check");
        var run = await Run(10);

        var first = (await Ledger.Get($"/api/runs/{run}/changes")).GetProperty("changes")[0];

        Assert.Equal(("component", "check"), (Text(first, "kind"), Text(first, "component")));
        Assert.Equal(
            "The component check is missing, in the other it is there: not once so in 9 good runs.",
            Text(first, "text"));
    }

    [Fact]
    public async Task Any_two_can_be_compared_archived_or_of_other_candidates_and_the_answer_says_so()
    {
        var (run, other) = (await Run(1), await Run(2, candidate: "b"));
        await Ledger.Execute(
            $"""
             insert into process_run_archive (process_run_id, process_candidate_code, correlation_id, status,
               source_system, created_at, archived_at)
             values ('{Id(77)}', 'a', 'c', 'completed', 'dot_runtime', '2026-02-01T00:00:00.000000Z',
               '2026-03-01T00:00:00.000000Z')
             """);

        var candidates = await Ledger.Get($"/api/runs/{run}/changes?against={other}");
        var archive = await Ledger.Get($"/api/runs/{run}/changes?against={Id(77)}");
        var archived = await Ledger.Get($"/api/runs/{Id(77)}/changes?against={run}");

        Assert.Contains("They are of different candidates: what is usual is that of a.", Remarks(candidates));
        Assert.Contains("The other run is archived.", Remarks(archive));
        Assert.NotEqual(
            JsonValueKind.Null, archive.GetProperty("against").GetProperty("archivedAt").ValueKind);
        Assert.Contains("The run is archived", string.Join(' ', Remarks(archived)), StringComparison.Ordinal);
        Assert.Contains("Only 0 completed runs", string.Join(' ', Remarks(archived)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_is_no_other_or_no_such_run_the_answer_says_what_to_do()
    {
        var run = await Run(1);

        await Ledger.Problem($"/api/runs/{run}/changes", HttpStatusCode.NotFound);
        await Ledger.Problem($"/api/runs/{run}/changes?against={Id(99)}", HttpStatusCode.NotFound);
        await Ledger.Problem($"/api/runs/{Id(99)}/changes", HttpStatusCode.NotFound);
        await Ledger.Problem($"/api/runs/{run}/changes?against=x", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Evidence_that_is_no_object_or_very_large_is_compared_as_far_as_it_goes()
    {
        for (var day = 1; day <= 6; day++)
            await Run(day, version: "7");
        var large = await Run(7, version: "7", more: $",\"blob\":\"{new string('x', 250_000)}\",\"many\":[{string.Join(
            ',', Enumerable.Range(0, 5_000))}]");

        var answer = await Ledger.Get($"/api/runs/{large}/changes");

        Assert.Equal(200, answer.GetProperty("changes").GetArrayLength());
        Assert.Contains("2000 values", string.Join(' ', Remarks(answer)), StringComparison.Ordinal);
        await Ledger.Execute(
            $"update process_run_observation set evidence_ref = '[1]' where process_run_id = '{large}'");
        await Ledger.Get($"/api/runs/{large}/changes");
    }

    [Fact]
    public async Task Runs_of_a_version_are_listed_whatever_message_said_it_and_as_a_text_or_a_number()
    {
        await Run(1, version: "7");
        await Run(2, version: "8");
        await Run(3);
        await Ledger.Execute(
            """
            update process_run_observation
            set evidence_ref = '{"from":{"RunCompleted":{"at":"x","value":{"version":7}}}}' where process_run_id = 'ID'
            """.Replace("ID", $"{Id(3)}"));

        Assert.Equal([Id(3), Id(1)], await Listed("version=7"));
        Assert.Equal([Id(3), Id(1)], await Listed("version=7&candidate=a&status=completed"));
        Assert.Empty(await Listed("version=7&candidate=b"));
        Assert.Empty(await Listed("version=9"));
    }

    [Fact]
    public async Task What_an_open_run_does_not_say_yet_is_no_difference_and_what_it_says_is()
    {
        for (var day = 1; day <= 9; day++)
        {
            var good = await Run(day, version: "7");
            await Step(good, "load");
            await Ledger.Execute(
                $"update process_run_observation set output_ref = 's3://out' where process_run_id = '{good}'");
        }

        var open = await Run(10, "step_started", version: "8");
        var answer = await Ledger.Get($"/api/runs/{open}/changes");
        var turned = await Ledger.Get($"/api/runs/{Id(9)}/changes?against={open}");

        Assert.Equal(["version"], answer.GetProperty("changes").EnumerateArray().Select(one => Text(one, "kind")));
        Assert.Contains("The run has not ended: what it does not say yet is not compared.", Remarks(answer));
        Assert.Empty(turned.GetProperty("changes").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"RunStarted":{"value":{"version":7.10}}}""", "7.10")]
    [InlineData("""{"RunStarted":{"value":{"version":true}}}""", null)]
    [InlineData("""{"RunStarted":{"value":{"version":{"a":1}}},"RunCompleted":{"value":{"version":"8"}}}""", "8")]
    [InlineData("""{"RunStarted":{"value":{"version":""}},"RunCompleted":{"value":{"version":9}}}""", "9")]
    [InlineData("""{"RunStarted":{"value":{"version":"{x}"}}}""", "{x}")]
    [InlineData("""{"RunStarted":{"value":"no object"}}""", null)]
    [InlineData("""{"RunStarted":{"value":{"version":"LONG"}}}""", "LONG")]
    public async Task A_version_is_the_same_in_the_grid_as_a_filter_and_in_what_changed(string from, string? version)
    {
        var @long = new string('v', 150);
        var shown = version == "LONG" ? $"{@long[..100]}…" : version;
        await Run(1);
        var run = await Run(2);
        await Ledger.Execute(
            $$"""
              update process_run_observation set evidence_ref = '{"from":{{from.Replace("LONG", @long)}}}'
              where process_run_id = '{{run}}'
              """);

        var inGrid = (await Ledger.Get("/api/grid?candidate=a")).GetProperty("runs")[0];
        var changes = await Ledger.Get($"/api/runs/{run}/changes");

        Assert.Equal(shown, inGrid.GetProperty("version").GetString());
        Assert.Equal(shown, changes.GetProperty("run").GetProperty("version").GetString());
        Assert.Equal(
            version is null ? [] : [run], await Listed($"version={Uri.EscapeDataString(shown ?? "true")}"));
    }

    [Fact]
    public async Task The_grid_has_the_version_of_each_run()
    {
        await Run(1, version: "7");
        await Run(2);

        var runs = (await Ledger.Get("/api/grid?candidate=a")).GetProperty("runs");

        Assert.Equal([null, "7"], runs.EnumerateArray().Select(run => run.GetProperty("version").GetString()));
    }

    async Task<Guid> Run(
        int day, string status = "completed", string candidate = "a", string? version = null, string more = "")
    {
        var id = Id(++_runs);
        var evidence = version is null ? null
            : """{"from":{"RunStarted":{"at":"x","value":{"version":"?"*}}}}"""
                .Replace("?", version).Replace("*", more);
        await Ledger.Run(id, $"2026-03-{day:00}T00:00:00.000000Z", status, candidate: candidate, evidence: evidence);
        return id;
    }

    async Task Step(Guid run, string name)
    {
        var id = Id(1_000 + _runs);
        await Ledger.Component(id, run, "2026-03-01T00:00:00.000000Z", "step_completed");
        await Ledger.Execute(
            $"update process_component_observation set dot_code = '{name}' where component_run_id = '{id}'");
    }

    async Task<List<Guid>> Listed(string query) =>
    [
        .. (await Ledger.Get($"/api/runs?{query}")).GetProperty("items").EnumerateArray()
            .Select(run => run.GetProperty("processRunId").GetGuid()),
    ];

    static List<string?> Remarks(JsonElement answer) =>
        [.. answer.GetProperty("remarks").EnumerateArray().Select(remark => remark.GetString())];

    static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();
}
