using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Web;

/// <summary>The operators' page as a browser gets it.</summary>
public sealed partial class PageTests : IAsyncLifetime
{
    const string Markup = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>'";
    static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddMinutes(-10);

    readonly Guid _run = Guid.CreateVersion7();
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() =>
        _ledger = await EmbeddedLedger.Start("--Page:TraceUrl", "https://traces/{traceId}");

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task Every_link_of_the_page_leads_somewhere()
    {
        await Fill();
        await Reject();
        var (seen, open) = (new HashSet<string>(), new Queue<string>(["/"]));
        while (open.TryDequeue(out var address))
        {
            if (!seen.Add(address))
                continue;
            using var answer = await _ledger.Client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
            Assert.True(answer.IsSuccessStatusCode, $"{address}: {(int)answer.StatusCode}");
            if (answer.Content.Headers.ContentType?.MediaType != "text/html")
                continue;
            var html = await answer.Content.ReadAsStringAsync();
            foreach (Match link in Link().Matches(html))
            {
                if (WebUtility.HtmlDecode(link.Groups["to"].Value) is ['/', ..] to)
                    open.Enqueue(to.Split('#')[0]);
            }
        }

        foreach (var page in (string[])
        [
            "/runs", "/failures", "/grid", "/rejected", "/settings", $"/runs/{_run}", "/api/runs/export?format=csv",
        ])
            Assert.Contains(page, seen);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/runs")]
    [InlineData("/runs/{id}")]
    [InlineData("/failures")]
    [InlineData("/grid?candidate={markup}")]
    [InlineData("/rejected")]
    [InlineData("/settings")]
    [InlineData("/runs?q={markup}&candidate={markup}&parentRunId={markup}")]
    [InlineData("/runs/{markup}")]
    public async Task Markup_in_what_is_shown_is_text(string page)
    {
        await Fill(Markup);
        await Reject(Markup);

        var (_, html) = await Get(page.Replace("{id}", $"{_run}", StringComparison.Ordinal)
            .Replace("{markup}", Uri.EscapeDataString(Markup), StringComparison.Ordinal));

        Assert.DoesNotContain("<script>", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        // The policy forbids what is inline: a style or a handler of our own would be lost too.
        Assert.DoesNotMatch(Inline(), html);
    }

    [Fact]
    public async Task A_run_says_in_words_what_became_of_it()
    {
        await Fill();

        var (status, html) = await Get($"/runs/{_run}");

        Assert.Equal(200, status);
        Assert.Contains(
            "Failed after 3 m 12 s in verifier dot_kg_check; 1 of 2 components done.", html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://traces/0af7651916cd43dd8448eb211c80319c\"", html, StringComparison.Ordinal);
        Assert.Equal(2, Bar().Count(html));
        Assert.DoesNotContain("Close it by hand", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/runs/00000000-0000-0000-0000-000000000001", 404)]
    [InlineData("/runs/no-such", 404)]
    [InlineData("/runs?status=asleep&since=soon", 400)]
    [InlineData("/runs?cursor=made-up", 400)]
    [InlineData("/rejected?state=asleep", 400)]
    [InlineData("/runs?candidate=nothing", 200)]
    public async Task What_does_not_exist_or_cannot_be_read_is_said(string address, int expected)
    {
        var (status, html) = await Get(address);

        Assert.Equal(expected, status);
        Assert.Contains("</html>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_turns_its_pages_both_ways_and_keeps_its_filters()
    {
        for (var i = 0; i < 5; i++)
            await Observe(new
            {
                type = "RunStarted",
                processRunId = Guid.CreateVersion7(),
                processCandidateCode = "P",
                correlationId = $"c{i}",
                sourceSystem = "dot_runtime",
                occurredAt = Start,
            });

        var (_, first) = await Get("/runs?candidate=P&limit=2");
        var (_, second) = await Get(Rel(first, "next"));
        var (_, again) = await Get(Rel(second, "prev"));

        Assert.Equal(["c4", "c3"], Correlations(first));
        Assert.Equal(["c2", "c1"], Correlations(second));
        Assert.Equal(["c4", "c3"], Correlations(again));
        Assert.Contains("candidate=P", Rel(second, "next"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_closed_with_a_reason_and_not_twice()
    {
        await Observe(new
        {
            type = "RunStarted",
            processRunId = _run,
            processCandidateCode = "P",
            correlationId = "c",
            sourceSystem = "dot_runtime",
            occurredAt = Start,
        });
        var (_, open) = await Get($"/runs/{_run}");

        var without = await Post($"/runs/{_run}/close", open, ("status", "cancelled"), ("reason", ""));
        var closed = await Post($"/runs/{_run}/close", open, ("status", "cancelled"), ("reason", "nobody waits"));
        var twice = await Post($"/runs/{_run}/close", open, ("status", "failed"), ("reason", "me too"));

        Assert.Contains("Give a reason", without, StringComparison.Ordinal);
        Assert.Contains("The run is closed.", closed, StringComparison.Ordinal);
        Assert.Contains("nothing was left to close", twice, StringComparison.Ordinal);
        Assert.Equal(["cancelled"], _ledger.List("select status from process_run_observation"));
        Assert.Equal(["nobody waits"], _ledger.List("select reason from operator_action"));
    }

    [Fact]
    public async Task A_form_without_its_token_changes_nothing()
    {
        await Observe(new
        {
            type = "RunStarted",
            processRunId = _run,
            processCandidateCode = "P",
            correlationId = "c",
            sourceSystem = "dot_runtime",
            occurredAt = Start,
        });

        using var answer = await _ledger.Client.PostAsync(
            $"/runs/{_run}/close", new FormUrlEncodedContent([new("status", "cancelled"), new("reason", "forged")]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(["started"], _ledger.List("select status from process_run_observation"));
    }

    [Fact]
    public async Task What_was_rejected_is_corrected_and_sent_again_or_discarded()
    {
        await Reject();
        await Reject("other");
        var (_, page) = await Get("/rejected");
        var ids = _ledger.List("select lower(rejected_id) from rejected_observation order by rejected_at");
        var good =
            $$"""{"type":"RunStarted","processRunId":"{{_run}}","processCandidateCode":"P","correlationId":"c","sourceSystem":"dot_runtime","occurredAt":"{{Start:O}}"}""";

        var sent = await Post($"/rejected/{ids[0]}", page, ("action", "correct"), ("payload", good));
        var unreasoned = await Post($"/rejected/{ids[1]}", page, ("action", "discard"));
        var discarded = await Post($"/rejected/{ids[1]}", page, ("action", "discard"), ("reason", "a test of theirs"));

        Assert.Contains("It was sent again.", sent, StringComparison.Ordinal);
        Assert.Contains("Give a reason", unreasoned, StringComparison.Ordinal);
        Assert.Contains("It is discarded.", discarded, StringComparison.Ordinal);
        Assert.Equal(["started"], _ledger.List("select status from process_run_observation"));
        Assert.Equal(["discarded", "resent"], _ledger.List("select state from rejected_observation order by state"));
    }

    [Fact]
    public async Task A_group_of_what_was_rejected_is_looked_at_before_it_is_discarded_and_what_came_since_stays()
    {
        await Reject();
        await Reject("other");
        var (_, all) = await Get("/rejected");
        var group = WebUtility.HtmlDecode(Link().Matches(all)
            .Select(link => link.Groups["to"].Value)
            .First(to => to.StartsWith("/rejected?group=", StringComparison.Ordinal)));
        var (_, shown) = await Get(group);
        var form = $"/rejected/groups/{group.Split('=')[1]}";
        var until = WebUtility.HtmlDecode(Until().Match(shown).Groups["until"].Value);
        await Reject("later");

        var unreasoned = await Post(form, shown, ("action", "discard"), ("until", until));
        var begun = await Post(form, shown, ("action", "discard"), ("until", until), ("reason", "a test of theirs"));

        Assert.DoesNotContain($"action=\"{form}\"", all, StringComparison.Ordinal);
        Assert.Contains("Discard all 2<", shown, StringComparison.Ordinal);
        Assert.Equal(2, shown.Split("<summary>Payload").Length - 1);
        Assert.Contains("Give a reason", unreasoned, StringComparison.Ordinal);
        Assert.Contains("Work on the group has begun", begun, StringComparison.Ordinal);
        var clock = Stopwatch.StartNew();
        while (_ledger.List("select count(*) from operator_action where outcome is null") is not ["0"])
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "The group is not worked off.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.Equal(["discarded 2"], _ledger.List("select outcome from operator_action"));
        Assert.Equal(
            ["discarded", "discarded", "open"],
            _ledger.List("select state from rejected_observation order by rejected_at"));
        Assert.Contains("Discard all 1<", (await Get(group)).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_too_large_to_be_counted_says_that_there_is_more()
    {
        _ledger.List("""
            with recursive n(i) as (select 1 union all select i + 1 from n where i <= 100000)
            insert into rejected_observation (rejected_id, origin, payload, reason, rejected_at, fingerprint)
            select printf('%08x-0000-7000-8000-000000000000', i), 'o', '{}', 'r', '2026-01-01T00:00:00.000000Z', 'many'
              from n
            """);

        var (_, html) = await Get("/rejected?group=many");

        Assert.Contains("Discard all 100,000 and more<", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_rejected_is_paged_both_ways()
    {
        for (var i = 0; i < 60; i++)
            await Reject($"id {i}.");

        var (_, first) = await Get("/rejected?state=open");
        var (_, second) = await Get(Rel(first, "next"));
        var (_, third) = await Get(Rel(second, "next"));
        var (_, again) = await Get(Rel(third, "prev"));

        Assert.Equal(
            [25, 25, 10], new[] { first, second, third }.Select(page => page.Split("<summary>Payload").Length - 1));
        Assert.Equal(Articles(second), Articles(again));
        Assert.DoesNotContain("rel=\"prev\"", first, StringComparison.Ordinal);
        Assert.DoesNotContain("rel=\"next\"", third, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_of_failures_is_acknowledged_with_a_note()
    {
        await Fill();
        var (_, page) = await Get("/failures");
        var form = Action().Match(page).Groups["to"].Value;

        var known = await Post(form, page, ("note", "the source is down on Sundays"));

        Assert.Contains("It is acknowledged", known, StringComparison.Ordinal);
        Assert.Contains("the source is down on Sundays", known, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_only_read_is_shown_no_forms_and_may_not_use_them()
    {
        await using var ledger = await EmbeddedLedger.Start(TestKey.Settings(TestKey.Reader, TestKey.Observer));
        ledger.Client.DefaultRequestHeaders.Add("X-Api-Key", TestKey.Observer.Text);
        await ledger.Client.PostAsJsonAsync("/api/observations", new
        {
            type = "RunStarted",
            processRunId = _run,
            processCandidateCode = "P",
            correlationId = "c",
            sourceSystem = "dot_runtime",
            occurredAt = Start,
        });
        using var observer = await ledger.Client.GetAsync("/");
        ledger.Client.DefaultRequestHeaders.Remove("X-Api-Key");
        ledger.Client.DefaultRequestHeaders.Add("X-Api-Key", TestKey.Reader.Text);

        var html = await ledger.Client.GetStringAsync($"/runs/{_run}");
        using var answer = await ledger.Client.PostAsync(
            $"/runs/{_run}/close", new FormUrlEncodedContent([new("status", "cancelled"), new("reason", "r")]));

        Assert.Equal(HttpStatusCode.Forbidden, observer.StatusCode);
        Assert.Contains(_run.ToString(), html, StringComparison.Ordinal);
        Assert.DoesNotContain("<form method=\"post\"", html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Every_one_of_twenty_thousand_components_is_shown_on_some_page_and_the_summary_counts_all()
    {
        await Observe(new
        {
            type = "RunStarted",
            processRunId = _run,
            processCandidateCode = "P",
            correlationId = "c",
            sourceSystem = "dot_runtime",
            occurredAt = Start,
        });
        await Observe(new
        {
            type = "RunFailed",
            processRunId = _run,
            processCandidateCode = "P",
            correlationId = "c",
            sourceSystem = "dot_runtime",
            occurredAt = Start.AddMinutes(1),
        });
        _ledger.List($$"""
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
        var (_, html) = await Get($"/runs/{_run}");
        var first = html;
        while (true)
        {
            seen.UnionWith(Dot().Matches(html).Select(dot => dot.Value));
            largest = Math.Max(largest, html.Length);
            if (!html.Contains("rel=\"next\"", StringComparison.Ordinal))
                break;
            (_, html) = await Get(Rel(html, "next"));
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
            await Observe(new
            {
                type = "RunStarted",
                processRunId = runs[i],
                parentRunId = i > 0 ? runs[i - 1] : (Guid?)null,
                processCandidateCode = $"depth-{i}",
                correlationId = "c",
                sourceSystem = "dot_runtime",
                occurredAt = Start,
            });

        var (_, root) = await Get($"/runs/{runs[0]}");
        var (_, leaf) = await Get($"/runs/{runs[^1]}");

        Assert.All(runs.Skip(1), run => Assert.Contains($"href=\"/runs/{run}\"", root, StringComparison.Ordinal));
        Assert.All(runs.SkipLast(1), run => Assert.Contains($"href=\"/runs/{run}\"", leaf, StringComparison.Ordinal));
        Assert.Equal(50, Tree().Count(root));
    }

    async Task Fill(string text = "kg")
    {
        var common = new Dictionary<string, object>
        {
            ["processRunId"] = _run,
            ["processCandidateCode"] = text,
            ["correlationId"] = text,
            ["sourceSystem"] = "dot_runtime",
        };
        Dictionary<string, object> Message(string type, double at, params (string, object)[] more) =>
            new(common.Concat(more.Select(one => KeyValuePair.Create(one.Item1, one.Item2))))
            {
                ["type"] = type,
                ["occurredAt"] = Start.AddSeconds(at),
            };
        var (load, check) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Observe(Message(
            "RunStarted",
            0,
            ("inputRef", text),
            ("evidenceRef", new { traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", text })));
        await Observe(Message("StepStarted", 1, ("componentRunId", load), ("dotCode", text)));
        await Observe(Message("StepCompleted", 60, ("componentRunId", load), ("dotCode", text)));
        await Observe(Message(
            "StepStarted",
            61,
            ("componentRunId", check),
            ("dotCode", text == "kg" ? "dot_kg_check" : text),
            ("componentRole", "verifier")));
        await Observe(Message("StepFailed", 190, ("componentRunId", check), ("errorRef", text)));
        await Observe(Message("RunFailed", 192, ("errorRef", text)));
        await Observe(new
        {
            type = "RunStarted",
            processRunId = Guid.CreateVersion7(),
            parentRunId = _run,
            processCandidateCode = text,
            correlationId = text,
            sourceSystem = "dot_runtime",
            occurredAt = Start,
        });
    }

    async Task Reject(string text = "asleep")
    {
        using var answer = await _ledger.Client.PostAsJsonAsync(
            "/api/observations", new { type = "RunStarted", processRunId = text, processCandidateCode = text });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    async Task Observe(object message)
    {
        using var answer = await _ledger.Client.PostAsJsonAsync("/api/observations", message);
        Assert.True((int)answer.StatusCode is >= 200 and < 300, await answer.Content.ReadAsStringAsync());
    }

    async Task<(int Status, string Html)> Get(string address)
    {
        using var answer = await _ledger.Client.GetAsync(address);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Sends a form of that page, and is led back.</summary>
    async Task<string> Post(string action, string page, params (string Name, string Value)[] fields)
    {
        var token = WebUtility.HtmlDecode(Token().Match(page).Groups["token"].Value);
        using var answer = await _ledger.Client.PostAsync(action, new FormUrlEncodedContent(
            [
                new("__RequestVerificationToken", token),
                .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)),
            ]));
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadAsStringAsync();
    }

    static string Rel(string html, string rel) => WebUtility.HtmlDecode(
        Link().Matches(html)
            .Single(link => link.Value.Contains($"rel=\"{rel}\"", StringComparison.Ordinal)).Groups["to"].Value);

    static IEnumerable<string> Correlations(string html) =>
        Link().Matches(html)
            .Select(link => link.Groups["to"].Value)
            .Where(to => to.Contains("correlationId=", StringComparison.Ordinal))
            .Select(to => to[(to.IndexOf("correlationId=", StringComparison.Ordinal) + "correlationId=".Length)..]);

    [GeneratedRegex("<a [^>]*href=\"(?<to>[^\"]*)\"[^>]*>")]
    private static partial Regex Link();

    [GeneratedRegex("<form method=\"post\" action=\"(?<to>/failures/[^\"]*)\"")]
    private static partial Regex Action();

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]*)\"")]
    private static partial Regex Token();

    [GeneratedRegex("<rect [^>]*class=\"bar (step_completed|failed)")]
    private static partial Regex Bar();

    static IEnumerable<string> Articles(string html) => Article().Matches(html).Select(article => article.Value);

    [GeneratedRegex("id=\"r[0-9a-f-]{36}\"")]
    private static partial Regex Article();

    [GeneratedRegex("name=\"until\" value=\"(?<until>[^\"]*)\"")]
    private static partial Regex Until();

    [GeneratedRegex("dot_[0-9]+(?=</td>)")]
    private static partial Regex Dot();

    [GeneratedRegex("<ul class=\"tree\">")]
    private static partial Regex Tree();

    [GeneratedRegex("<[^>]*\\s(style|on[a-z]+)=\"")]
    private static partial Regex Inline();
}
