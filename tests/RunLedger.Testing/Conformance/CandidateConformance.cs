using System.Net;
using System.Text.Json;

namespace RunLedger.Testing.Conformance;

public abstract class CandidateConformance(Provider provider) : ReadingSuite(provider)
{
    static readonly DateTime Now = Some.Noon.UtcDateTime;

    int _runs;

    [Fact]
    public async Task A_candidate_says_how_many_of_its_runs_that_ended_completed_and_how_long_they_took()
    {
        foreach (var seconds in (int[])[10, 20, 30, 40])
            await Run("a", "completed", daysAgo: 1, seconds);
        await Run("a", "failed", daysAgo: 2, seconds: 1_000);
        await Run("a", "cancelled", daysAgo: 2, seconds: 2_000);
        await Run("a", "started", daysAgo: 0);

        var candidate = await Only("/api/candidates");

        Assert.Equal("a", candidate.GetProperty("candidate").GetString());
        Assert.Equal(7, candidate.GetProperty("runs").GetInt64());
        var figures = candidate.GetProperty("figures");
        Assert.Equal(4 / 6.0, figures.GetProperty("successRate").GetDouble(), 6);
        Assert.Equal((20, 40), (Number(figures, "p50Seconds"), Number(figures, "p95Seconds")));
        Assert.Equal((7, false), (Number(figures, "counted"), figures.GetProperty("truncated").GetBoolean()));
        var days = figures.GetProperty("byDay").EnumerateArray().ToList();
        Assert.Equal(30, days.Count);
        Assert.Equal(
            [(2, 0, 2), (1, 4, 4), (0, 0, 1)],
            ((int[])[2, 1, 0]).Select(ago => (
                ago,
                Number(days[^(ago + 1)].GetProperty("outcomes"), "completed"),
                All(days[^(ago + 1)].GetProperty("outcomes")))));
        Assert.Equal("started", candidate.GetProperty("newestRun").GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_candidate_without_an_end_has_no_rate_and_no_durations()
    {
        await Run("a", "started", daysAgo: 0);

        var figures = (await Only("/api/candidates")).GetProperty("figures");

        foreach (var figure in (string[])["successRate", "p50Seconds", "p95Seconds"])
            Assert.Equal(JsonValueKind.Null, figures.GetProperty(figure).ValueKind);
    }

    [Fact]
    public async Task Of_few_runs_all_are_counted_and_of_many_the_newest_of_each_day()
    {
        await Run("a", "failed", daysAgo: 3, seconds: 1);
        for (var n = 0; n < 30; n++)
            await Run("a", n < 5 ? "failed" : "completed", daysAgo: 1, seconds: 1);
        await Run("b", "completed", daysAgo: 1, seconds: 1);

        var all = (await Page("/api/candidates")).Items[0].GetProperty("figures");
        await Many("a", runs: 720, daysAgo: 40);
        var many = (await Page("/api/candidates")).Items[0].GetProperty("figures");

        Assert.Equal(JsonValueKind.Null, all.GetProperty("mostADay").ValueKind);
        Assert.Equal((31, 6), (Number(all, "counted"), Number(all.GetProperty("outcomes"), "failed")));
        Assert.False(all.GetProperty("truncated").GetBoolean());
        var busy = many.GetProperty("byDay").EnumerateArray().ToList()[^2];
        Assert.Equal(15, Number(many, "mostADay"));
        Assert.Equal((0, 15), (
            Number(busy.GetProperty("outcomes"), "failed"), Number(busy.GetProperty("outcomes"), "completed")));
        Assert.True(busy.GetProperty("truncated").GetBoolean());
        Assert.True(many.GetProperty("truncated").GetBoolean());
        Assert.Equal((16, 1), (Number(many, "counted"), Number(many.GetProperty("outcomes"), "failed")));
        Assert.Equal(751, Number((await Page("/api/candidates")).Items[0], "runs"));
    }

    [Fact]
    public async Task What_is_open_counts_whenever_it_began_and_a_failure_only_for_a_day()
    {
        await Run("a", "stuck", daysAgo: 200);
        await Run("a", "orphan", daysAgo: 100);
        await Run("a", "observed", daysAgo: 50);
        await Run("a", "step_started", daysAgo: 0);
        await Run("a", "failed", daysAgo: 0, seconds: 60);
        await Run("a", "failed", daysAgo: 2, seconds: 60);
        await Run("b", "stuck", daysAgo: 1);

        var (items, _) = await Page("/api/candidates?pattern=a");

        var trouble = items.Single().GetProperty("trouble");
        Assert.Equal(
            (1, 1, 2, 1),
            (Number(trouble, "stuck"), Number(trouble, "orphan"), Number(trouble, "open"),
                Number(trouble, "failedLastDay")));
    }

    [Fact]
    public async Task Pages_have_each_candidate_once_in_the_order_of_their_codes()
    {
        for (var n = 0; n < 7; n++)
        {
            await Run($"c{n}", "completed", daysAgo: 1, seconds: 1);
            await Run($"c{n}", "completed", daysAgo: 40, seconds: 1);
        }

        var pages = new List<List<string?>>();
        for (string? cursor = ""; cursor is not null;)
        {
            (var items, cursor) = await Page($"/api/candidates?limit=3&cursor={cursor}");
            pages.Add([.. items.Select(item => item.GetProperty("candidate").GetString())]);
        }

        Assert.Equal([["c0", "c1", "c2"], ["c3", "c4", "c5"], ["c6"]], pages);
    }

    [Fact]
    public async Task A_pattern_and_a_source_choose_among_candidates()
    {
        await Run("PROC-CAND:dot:kg", "completed", daysAgo: 1);
        await Run("PROC-CAND:dot:other", "completed", daysAgo: 1);
        await Run("PROC-CAND:job:kg", "completed", daysAgo: 3, source: "dot_runtime");
        await Run("PROC-CAND:job:kg", "completed", daysAgo: 2, source: "job_queue");

        Assert.Equal(["PROC-CAND:dot:kg", "PROC-CAND:dot:other"], await Codes("pattern=PROC-CAND:dot:*"));
        Assert.Equal(["PROC-CAND:dot:kg", "PROC-CAND:job:kg"], await Codes("pattern=:kg"));
        Assert.Empty(await Codes("pattern=proc-cand:*"));
        Assert.Equal(["PROC-CAND:job:kg"], await Codes("source=job_queue"));
        Assert.Equal(["PROC-CAND:dot:kg"], await Codes("pattern=*kg&source=dot_runtime"));
    }

    [Fact]
    public async Task Of_thousands_of_codes_those_of_a_pattern_are_found_page_by_page()
    {
        await Insert(Enumerable.Range(0, 5_000).Select(n => ($"PROC-CAND:many:{n}", Now)));

        var (found, pages) = (new List<string?>(), 0);
        for (string? cursor = ""; cursor is not null; pages++)
        {
            (var items, cursor) = await Page($"/api/candidates?pattern=*:4999&cursor={cursor}");
            found.AddRange(items.Select(item => item.GetProperty("candidate").GetString()));
        }

        Assert.Equal(["PROC-CAND:many:4999"], found);
        Assert.InRange(pages, 2, 4);
    }

    [Theory]
    [InlineData("PROC-CAND:dot:kg")]
    [InlineData("dbt/models/orders/../x?a=b#c")]
    [InlineData("<script>alert(1)</script> & \"quoted\"")]
    [InlineData("ünï cødé 表 🙂")]
    public async Task A_candidate_is_found_by_its_code_whatever_stands_in_it(string code)
    {
        await Run(code.Replace("'", "''", StringComparison.Ordinal), "completed", daysAgo: 1, seconds: 5);
        await Run("a/b", "failed", daysAgo: 1);

        var candidate = await Ledger.Get($"/api/candidates/{Uri.EscapeDataString(code)}");

        Assert.Equal(code, candidate.GetProperty("candidate").GetString());
        Assert.Equal(1, Number(candidate.GetProperty("figures").GetProperty("outcomes"), "completed"));
    }

    [Fact]
    public async Task A_code_that_no_path_can_end_with_goes_into_the_query()
    {
        await Run("..", "completed", daysAgo: 1);

        Assert.Equal("..", (await Ledger.Get("/api/candidates/-?code=..")).GetProperty("candidate").GetString());
    }

    [Fact]
    public async Task An_unknown_candidate_is_not_found_in_words()
    {
        await Run("a", "completed", daysAgo: 1);

        foreach (var code in (string[])["A", "a%20", "b", "a/"])
        {
            var problem = await Ledger.Problem($"/api/candidates/{code}", HttpStatusCode.NotFound);
            Assert.Contains(
                $"no run of a candidate {Uri.UnescapeDataString(code)}", problem.GetProperty("detail").GetString(),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/api/candidates?cursor=x", "cursor", "not a cursor of this list")]
    [InlineData("/api/candidates?limit=51", "limit", "1 to 50")]
    [InlineData("/api/candidates?source=cron", "source", "no source system")]
    [InlineData("/api/candidates?pattern=a%00b", "pattern", "NUL")]
    [InlineData("/api/candidates/a?days=91", "days", "1 to 90")]
    public async Task What_cannot_be_read_is_named_with_what_is_accepted(string path, string parameter, string words)
    {
        var problem = await Ledger.Problem(path, HttpStatusCode.BadRequest);

        Assert.Contains(
            words, problem.GetProperty("errors").GetProperty(parameter)[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_component_flakes_in_a_run_where_it_failed_and_a_later_attempt_completed()
    {
        var (first, second, third) = (
            await Run("a", "completed", daysAgo: 1, seconds: 90), await Run("a", "failed", daysAgo: 1, seconds: 90),
            await Run("a", "completed", daysAgo: 1, seconds: 90));
        await Attempt(first, "load", "failed", from: 0, to: 10);
        await Attempt(first, "load", "step_completed", from: 20, to: 24);
        await Attempt(first, "check", "step_completed", from: 30, to: 40);
        // It failed at last: that is no flake.
        await Attempt(second, "load", "step_completed", from: 0, to: 8);
        await Attempt(second, "load", "failed", from: 10, to: 12);
        await Attempt(third, "load", "step_completed", from: 0, to: 6);

        var components = (await Ledger.Get("/api/candidates/a")).GetProperty("components").EnumerateArray().ToList();

        Assert.Equal(["load", "check"], components.Select(one => one.GetProperty("component").GetString()));
        Assert.Equal(
            (3, 2, 1, 6),
            (Number(components[0], "runs"), Number(components[0], "failures"), Number(components[0], "flaked"),
                Number(components[0], "p50Seconds")));
        Assert.Equal(1 / 3.0, components[0].GetProperty("flakeRate").GetDouble(), 6);
        Assert.Equal(0, components[1].GetProperty("flakeRate").GetDouble());
    }

    [Fact]
    public async Task Versions_are_those_that_the_evidence_names_and_are_left_out_where_none_does()
    {
        await Run("silent", "completed", daysAgo: 1);
        await Run("a", "failed", daysAgo: 3, evidence: Evidence("\"1.0\""));
        await Run("a", "completed", daysAgo: 2, evidence: Evidence("\"1.1\""));
        await Run("a", "completed", daysAgo: 1, evidence: Evidence("\"1.1\""));
        await Run("a", "completed", daysAgo: 1, evidence: """{"from": {}}""");
        await Run("a", "completed", daysAgo: 1, evidence: Evidence("""{"not": "one"}"""));

        var versions = (await Ledger.Get("/api/candidates/a")).GetProperty("versions").EnumerateArray().ToList();

        Assert.Equal(
            [("1.1", 2, 1.0), ("1.0", 0, 0.0)],
            versions.Select(one => (
                one.GetProperty("version").GetString(), Number(one.GetProperty("outcomes"), "completed"),
                one.GetProperty("successRate").GetDouble())));
        Assert.False((await Ledger.Get("/api/candidates/silent")).TryGetProperty("versions", out _));

        static string Evidence(string version) =>
            """{"from": {"RunStarted": {"at": "2026-10-30T00:00:00Z", "value": {"version": """ + version + "}}}}";
    }

    [Fact]
    public async Task Its_limits_its_newest_runs_and_its_newest_failures_stand_with_it()
    {
        for (var n = 12; n > 0; n--)
            await Run("a", n % 2 == 0 ? "failed" : "completed", daysAgo: n, seconds: n);

        var candidate = await Ledger.Get("/api/candidates/a?days=7");

        Assert.Equal(7, candidate.GetProperty("figures").GetProperty("byDay").GetArrayLength());
        Assert.Equal("*", candidate.GetProperty("policy").GetProperty("candidate").GetString());
        Assert.Equal(10, candidate.GetProperty("recentRuns").GetArrayLength());
        Assert.Equal(
            [2, 4, 6],
            candidate.GetProperty("recentFailures").EnumerateArray()
                .Select(run => (Now - run.GetProperty("createdAt").GetDateTime()).Days));
        Assert.Equal(
            [1, 2, 3, 4, 5, 6],
            candidate.GetProperty("durations").EnumerateArray().Select(point => Number(point, "seconds")));
    }

    async Task<Guid> Run(
        string candidate, string status, int daysAgo, int? seconds = null, string source = "dot_runtime",
        string? evidence = null)
    {
        var id = Id(++_runs);
        var begun = Now.AddDays(-daysAgo).AddHours(-1).AddSeconds(_runs);
        await Ledger.Run(id, Text(begun), status, candidate: candidate, source: source, evidence: evidence);
        await Ledger.Execute($"""
            update process_run_observation set started_at = '{Text(begun)}',
              ended_at = {(seconds is { } took ? $"'{Text(begun.AddSeconds(took))}'" : "null")}
            where process_run_id = '{id}'
            """);
        return id;
    }

    Task Many(string candidate, int runs, int daysAgo) =>
        Insert(Enumerable.Range(0, runs).Select(n => (candidate, Now.AddDays(-daysAgo).AddSeconds(n))));

    async Task Insert(IEnumerable<(string Candidate, DateTime At)> runs)
    {
        foreach (var some in runs.Chunk(500))
        {
            await Ledger.Execute($"""
                insert into process_run_observation
                  (process_run_id, process_candidate_code, correlation_id, status, source_system, created_at)
                values {string.Join(", ", some.Select(run =>
                    $"('{Id(++_runs)}', '{run.Candidate}', 'c', 'completed', 'dot_runtime', '{Text(run.At)}')"))}
                """);
        }
    }

    async Task Attempt(Guid run, string name, string status, int from, int to)
    {
        var id = Id(++_runs);
        await Ledger.Component(id, run, Text(Now.AddSeconds(from)), status);
        await Ledger.Execute($"""
            update process_component_observation set dot_code = '{name}', ended_at = '{Text(Now.AddSeconds(to))}'
            where component_run_id = '{id}'
            """);
    }

    async Task<JsonElement> Only(string path) => Assert.Single((await Page(path)).Items);

    async Task<(List<JsonElement> Items, string? Next)> Page(string path)
    {
        var page = await Ledger.Get(path);
        return ([.. page.GetProperty("items").EnumerateArray()], page.GetProperty("nextCursor").GetString());
    }

    async Task<List<string?>> Codes(string query) =>
        [.. (await Page($"/api/candidates?{query}")).Items.Select(item => item.GetProperty("candidate").GetString())];

    static int All(JsonElement outcomes) => outcomes.EnumerateObject().Where(one => one.Name != "ended")
        .Sum(one => one.Value.GetInt32());

    static int Number(JsonElement of, string name) => (int)of.GetProperty(name).GetDouble();

    static string Text(DateTime at) => at.ToString(
        "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
