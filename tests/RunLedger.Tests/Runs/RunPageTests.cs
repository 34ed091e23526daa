using System.Text.RegularExpressions;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Runs;

/// <summary>The lists of runs and the page of one.</summary>
public sealed partial class RunPageTests : IAsyncLifetime
{
    OperatorPage _page = null!;

    public async ValueTask InitializeAsync() => _page = await OperatorPage.Open();

    public ValueTask DisposeAsync() => _page.DisposeAsync();

    [Fact]
    public async Task A_run_says_in_words_what_became_of_it()
    {
        await _page.Fill();

        var (status, html) = await _page.Get($"/runs/{_page.Run}");

        Assert.Equal(200, status);
        Assert.Contains(
            "Failed after 3 m 12 s in verifier dot_kg_check; 1 of 2 components done.", html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://traces/0af7651916cd43dd8448eb211c80319c\"", html, StringComparison.Ordinal);
        Assert.Equal(2, Bar().Count(html));
        Assert.DoesNotContain("Close it by hand", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_tried_again_shows_what_the_earlier_attempts_came_to()
    {
        foreach (var (type, attempt, second, error) in ((string, int, int, string?)[])
            [("RunCompleted", 2, 50, null), ("RunFailed", 1, 20, "no <room>"), ("RunStarted", 2, 40, null)])
        {
            await _page.Observe(new
            {
                type,
                processRunId = _page.Run,
                processCandidateCode = "P",
                correlationId = "c",
                sourceSystem = "dot_runtime",
                occurredAt = OperatorPage.Start.AddSeconds(second),
                attempt,
                errorRef = error,
            });
        }

        var (_, html) = await _page.Get($"/runs/{_page.Run}");
        var (_, json) = await _page.Get($"/api/runs/{_page.Run}");
        var (_, list) = await _page.Get("/api/runs");

        Assert.Equal("Completed after 10 s, attempt 2.", Summary().Match(html).Groups[1].Value);
        Assert.Contains("no &lt;room&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Conflict", html, StringComparison.Ordinal);
        Assert.Contains("\"attempt\":2", json, StringComparison.Ordinal);
        Assert.Contains("\"attempts\":[{\"attempt\":1,\"status\":\"failed\"", json, StringComparison.Ordinal);
        Assert.Contains("\"attempt\":2", list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_turns_its_pages_both_ways_and_keeps_its_filters()
    {
        for (var i = 0; i < 5; i++)
            await _page.Observe(new
            {
                type = "RunStarted",
                processRunId = Guid.CreateVersion7(),
                processCandidateCode = "P",
                correlationId = $"c{i}",
                sourceSystem = "dot_runtime",
                occurredAt = OperatorPage.Start,
            });

        var (_, first) = await _page.Get("/runs?candidate=P&limit=2");
        var (_, second) = await _page.Get(OperatorPage.Rel(first, "next"));
        var (_, again) = await _page.Get(OperatorPage.Rel(second, "prev"));

        Assert.Equal(["c4", "c3"], Correlations(first));
        Assert.Equal(["c2", "c1"], Correlations(second));
        Assert.Equal(["c4", "c3"], Correlations(again));
        Assert.Contains("candidate=P", OperatorPage.Rel(second, "next"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_closed_with_a_reason_and_not_twice()
    {
        await _page.Observe(new
        {
            type = "RunStarted",
            processRunId = _page.Run,
            processCandidateCode = "P",
            correlationId = "c",
            sourceSystem = "dot_runtime",
            occurredAt = OperatorPage.Start,
        });
        var (_, open) = await _page.Get($"/runs/{_page.Run}");

        var without = await _page.Post($"/runs/{_page.Run}/close", open, ("status", "cancelled"), ("reason", ""));
        var closed = await _page.Post(
            $"/runs/{_page.Run}/close", open, ("status", "cancelled"), ("reason", "nobody waits"));
        var twice = await _page.Post($"/runs/{_page.Run}/close", open, ("status", "failed"), ("reason", "me too"));

        Assert.Contains("Give a reason", without, StringComparison.Ordinal);
        Assert.Contains("The run is closed.", closed, StringComparison.Ordinal);
        Assert.Contains("nothing was left to close", twice, StringComparison.Ordinal);
        Assert.Equal(["cancelled"], _page.Ledger.List("select status from process_run_observation"));
        Assert.Equal(["nobody waits"], _page.Ledger.List("select reason from operator_action"));
    }

    [Fact]
    public async Task Every_one_of_twenty_thousand_components_is_shown_on_some_page_and_the_summary_counts_all()
    {
        await _page.Observe(new
        {
            type = "RunStarted",
            processRunId = _page.Run,
            processCandidateCode = "P",
            correlationId = "c",
            sourceSystem = "dot_runtime",
            occurredAt = OperatorPage.Start,
        });
        await _page.Observe(new
        {
            type = "RunFailed",
            processRunId = _page.Run,
            processCandidateCode = "P",
            correlationId = "c",
            sourceSystem = "dot_runtime",
            occurredAt = OperatorPage.Start.AddMinutes(1),
        });
        _page.Ledger.List($$"""
            with recursive n(i) as (select 0 union all select i + 1 from n where i < 19999)
            insert into process_component_observation
              (component_run_id, process_run_id, correlation_id, dot_code, component_role, status, source_system,
                started_at, ended_at, evidence_ref)
            select printf('%08x-0000-7000-8000-000000000000', i), r.process_run_id, 'c', 'dot_' || i, 'step',
              case when i >= 19000 then 'failed' else 'step_completed' end, 'dot_runtime',
                '2026-01-01T00:00:00.000000Z', strftime('%Y-%m-%dT%H:%M:%S.000000Z', '2026-01-01',
                  (19999 - i) || ' seconds'),
              json_object('text', printf('%.*c', 200, 'x'))
            from n, process_run_observation r
            """);
        var (seen, largest) = (new HashSet<string>(), 0);
        var (_, html) = await _page.Get($"/runs/{_page.Run}");
        var first = html;
        while (true)
        {
            seen.UnionWith(Dot().Matches(html).Select(dot => dot.Value));
            largest = Math.Max(largest, html.Length);
            if (!html.Contains("rel=\"next\"", StringComparison.Ordinal))
                break;
            (_, html) = await _page.Get(OperatorPage.Rel(html, "next"));
        }

        Assert.Contains(
            "Failed after 1 m in step dot_19999; 19,000 of 20,000 components done.", first, StringComparison.Ordinal);
        Assert.Contains("These are 500 of 20,000", first, StringComparison.Ordinal);
        Assert.DoesNotContain("rel=\"first\"", first, StringComparison.Ordinal);
        Assert.Contains("rel=\"first\"", html, StringComparison.Ordinal);
        Assert.Contains("19,000 of 20,000 components done", html, StringComparison.Ordinal);
        Assert.Equal(20_000, seen.Count);
        Assert.True(largest < 500_000, $"A page has {largest:N0} characters.");
    }

    [Fact]
    public async Task A_tree_fifty_deep_is_shown_whole_from_its_root_and_its_whole_way_up_from_its_leaf()
    {
        var runs = Enumerable.Range(0, 51).Select(_ => Guid.CreateVersion7()).ToList();
        for (var i = 0; i < runs.Count; i++)
            await _page.Observe(new
            {
                type = "RunStarted",
                processRunId = runs[i],
                parentRunId = i > 0 ? runs[i - 1] : (Guid?)null,
                processCandidateCode = $"depth-{i}",
                correlationId = "c",
                sourceSystem = "dot_runtime",
                occurredAt = OperatorPage.Start,
            });

        var (_, root) = await _page.Get($"/runs/{runs[0]}");
        var (_, leaf) = await _page.Get($"/runs/{runs[^1]}");

        Assert.All(runs.Skip(1), run => Assert.Contains($"href=\"/runs/{run}\"", root, StringComparison.Ordinal));
        Assert.All(runs.SkipLast(1), run => Assert.Contains($"href=\"/runs/{run}\"", leaf, StringComparison.Ordinal));
        Assert.Equal(50, Tree().Count(root));
    }

    static IEnumerable<string> Correlations(string html) =>
        OperatorPage.Link().Matches(html)
            .Select(link => link.Groups["to"].Value)
            .Where(to => to.Contains("correlationId=", StringComparison.Ordinal))
            .Select(to => to[(to.IndexOf("correlationId=", StringComparison.Ordinal) + "correlationId=".Length)..]);

    [GeneratedRegex("<p class=\"summary\">([^<]*)<")]
    private static partial Regex Summary();

    [GeneratedRegex("<rect [^>]*class=\"bar (step_completed|failed)")]
    private static partial Regex Bar();

    [GeneratedRegex("dot_[0-9]+(?=</td>)")]
    private static partial Regex Dot();

    [GeneratedRegex("<ul class=\"tree\">")]
    private static partial Regex Tree();
}
