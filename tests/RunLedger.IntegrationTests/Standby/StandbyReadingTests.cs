using System.Net;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Standby;

/// <summary>Who answers, with a standby whose replay is stopped where a test needs it to be behind.</summary>
public sealed class StandbyReadingTests(StandbySite site) : IClassFixture<StandbySite>
{
    static readonly string[] Reading =
    [
        "/", "/runs", "/failures", "/grid?candidate=PROC-CAND:dot:kg", "/rejected", "/api/actions", "/api/activity",
        "/api/failures", "/api/grid?candidate=PROC-CAND:dot:kg", "/api/overview", "/api/rejected",
        "/api/rejected/groups", "/api/runs", "/api/runs/export?format=csv", "/api/summary",
    ];

    [Fact]
    public async Task What_only_reads_is_answered_by_the_standby_alone()
    {
        await site.CatchUp();
        await site.Pause();
        try
        {
            var run = await site.Begin();

            foreach (var route in (string[])[$"/api/runs/{run}", $"/api/runs/{run}/tree", $"/runs/{run}"])
                await Answers(route, HttpStatusCode.NotFound);
            foreach (var route in Reading)
            {
                var body = await Answers(route, HttpStatusCode.OK);
                Assert.DoesNotContain($"{run}", body, StringComparison.Ordinal);
            }

            await site.Resume();
            await site.CatchUp();
            Assert.Contains($"{run}", await Answers("/api/runs/export?format=csv", HttpStatusCode.OK),
                StringComparison.Ordinal);
            await Answers($"/api/runs/{run}", HttpStatusCode.OK);
        }
        finally
        {
            await site.Resume();
        }
    }

    [Fact]
    public async Task Every_tool_of_an_assistant_is_answered_by_the_standby_where_nothing_can_be_written()
    {
        var (one, other) = (await site.Begin(), await site.Begin());
        await site.CatchUp();
        using var client = new HttpClient { BaseAddress = site.Ledger.Url };
        foreach (var (tool, arguments) in ((string, string)[])
        [
            ("what_is_wrong_now", "{}"), ("find_runs", "{}"), ("failures", "{}"), ("expected", "{}"),
            ("explain_run", $$"""{"run": "{{one}}"}"""),
            ("compare_runs", $$"""{"run": "{{one}}", "against": "{{other}}"}"""),
            ("dossier", """{"candidate": "PROC-CAND:dot:kg"}"""),
        ])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
            request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
            request.Content = new StringContent(
                $$$"""
                {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                 "params": {"name": "{{{tool}}}", "arguments": {{{arguments}}}}}
                """,
                System.Text.Encoding.UTF8, "application/json");

            using var answer = await client.SendAsync(request);

            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{tool}: {answer.StatusCode} {body}");
            Assert.Contains("structuredContent", body, StringComparison.Ordinal);
            Assert.DoesNotContain("\"isError\":true", body, StringComparison.Ordinal);
            Assert.True(
                answer.Headers.TryGetValues("RunLedger-Source", out var source)
                    && source.Single().StartsWith("standby; behind=", StringComparison.Ordinal),
                $"{tool}: {string.Join(',', source ?? ["no RunLedger-Source"])}");
        }
    }

    [Fact]
    public async Task A_statement_is_answered_by_the_standby()
    {
        await site.CatchUp();
        await site.Pause();
        try
        {
            var run = await site.Begin();
            using var client = new HttpClient { BaseAddress = site.Ledger.Url };

            using var answer = await client.PostAsync("/api/query", new StringContent(
                $$"""{"sql": "select count(*) from runs where process_run_id = '{{run}}'"}""",
                System.Text.Encoding.UTF8, "application/json"));

            var body = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, body);
            Assert.Contains("\"rows\":[[0]]", body, StringComparison.Ordinal);
            Assert.StartsWith(
                "standby; behind=", answer.Headers.GetValues("RunLedger-Source").Single(), StringComparison.Ordinal);
        }
        finally
        {
            await site.Resume();
        }
    }

    [Theory]
    [InlineData("/settings")]
    [InlineData("/api/policies")]
    [InlineData("/api/retention/preview")]
    public async Task What_is_the_archives_or_no_databases_is_not_said_to_be_of_the_standby(string route)
    {
        using var answer = await site.Ledger.Ask(route);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("primary", answer.Headers.GetValues("RunLedger-Source").Single());
    }

    [Fact]
    public async Task A_standby_that_stands_still_says_how_far_it_is_behind_and_makes_the_service_degraded()
    {
        await site.CatchUp();
        await site.Until(async () => (await site.Ledger.Get("/health/ready")).Body == "Healthy", "it is not healthy");
        await site.Pause();
        try
        {
            await site.Begin();
            await site.Until(async () => Behind(await site.Source()) > 1.5, "it is not behind");

            Assert.Matches(@"Read from a standby, \d+\.\d s behind\.", (await site.Ledger.Get("/runs")).Body);
            await IsDegraded();
            Assert.Matches(@"\nrunledger_standby_lag_seconds\S* [1-9]", (await site.Ledger.Get("/metrics")).Body);
        }
        finally
        {
            await site.Resume();
        }

        await site.Until(async () => Behind(await site.Source()) == 0, "it does not catch up");
    }

    [Fact]
    public async Task What_an_operator_did_is_there_when_it_is_answered()
    {
        var run = await site.Begin();
        await site.CatchUp();
        await site.Pause();
        Task<(int Status, string? RetryAfter, string Body)> closing;
        try
        {
            closing = site.Ledger.Post($"/api/runs/{run}/close", Closing);
            await site.Until(async () => await site.Status(run) == "cancelled", "it is not closed");
            Assert.False(closing.IsCompleted);
        }
        finally
        {
            await site.Resume();
        }

        Assert.Equal(202, (await closing).Status);
        Assert.Contains(
            "\"cancelled\"", await Answers($"/api/runs/{run}", HttpStatusCode.OK), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_did_what_the_standby_has_not_reads_from_the_primary_until_it_has()
    {
        var run = await site.Begin();
        await site.CatchUp();
        await site.Pause();
        try
        {
            using var browser = new HttpClient(new HttpClientHandler()) { BaseAddress = site.Ledger.Url };
            using var body = new StringContent(Closing, null, "application/json");
            using var closed = await browser.PostAsync($"/api/runs/{run}/close", body);
            var position = closed.Headers.GetValues("RunLedger-Position").Single();
            using var told = await site.Ledger.Ask($"/api/runs/{run}", ("RunLedger-Position", position));

            // By the cookie, by the header, and by somebody who did nothing.
            var page = await browser.GetStringAsync($"/runs/{run}");
            Assert.Contains("the standby does not have your last action yet", page, StringComparison.Ordinal);
            Assert.Contains("badge cancelled", page, StringComparison.Ordinal);
            Assert.Equal("primary; reason=own-action", told.Headers.GetValues("RunLedger-Source").Single());
            Assert.Contains("\"cancelled\"", await told.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Contains(
                "\"started\"", await Answers($"/api/runs/{run}", HttpStatusCode.OK), StringComparison.Ordinal);
            await site.Resume();
            await site.CatchUp();
            Assert.Contains(
                "Read from a standby", await browser.GetStringAsync($"/runs/{run}"), StringComparison.Ordinal);
        }
        finally
        {
            await site.Resume();
        }
    }

    [Fact]
    public async Task A_question_that_replay_cancels_is_answered_by_the_primary()
    {
        await site.OnPrimary("""
            alter table failure_group rename to failure_group_of_before;
            create view failure_group as select * from failure_group_of_before
              union all
              select (null::failure_group_of_before).* where pg_is_in_recovery() and pg_sleep(60) is null;
            grant select on failure_group to run_ledger_writer;
            """);
        await site.CatchUp();
        await site.OnStandby("alter system set max_standby_streaming_delay = 0");
        await site.OnStandby("select pg_reload_conf()");
        try
        {
            var asking = site.Ledger.Ask("/api/failures");
            await site.Until(
                async () => await site.AskStandby(
                    "select count(*) from pg_stat_activity where wait_event = 'PgSleep'") == "1",
                "nobody asks the standby");

            // Its lock is replayed, as those of weaker changes are not, and the question stands in its way.
            await site.OnPrimary("alter table failure_group_of_before add column of_a_test integer");

            using var answer = await asking;
            Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
            Assert.Equal("primary; reason=standby-failed", answer.Headers.GetValues("RunLedger-Source").Single());
        }
        finally
        {
            await site.OnStandby("alter system reset max_standby_streaming_delay");
            await site.OnStandby("select pg_reload_conf()");
            await site.OnPrimary(
                "drop view failure_group; alter table failure_group_of_before drop column if exists of_a_test; "
                + "alter table failure_group_of_before rename to failure_group");
        }
    }

    [Fact]
    public async Task A_standby_that_goes_away_costs_nobody_an_answer_and_is_said_once()
    {
        var before = Lines("StandbyState[130]");
        await site.Standby.Kill();
        try
        {
            foreach (var route in Reading)
            {
                // What is kept for some seconds is still from the standby, and says so.
                await Eventually.Async(
                    async () =>
                    {
                        using var answer = await site.Ledger.Ask(route);
                        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                        var source = answer.Headers.GetValues("RunLedger-Source").Single();
                        return source.StartsWith("primary", StringComparison.Ordinal) ? null : $"{route}: {source}";
                    },
                    TimeSpan.FromSeconds(10));
            }

            await site.Says("primary; reason=standby-away");
            Assert.Contains(
                "The standby is away: read from the primary.", (await site.Ledger.Get("/runs")).Body,
                StringComparison.Ordinal);
            await IsDegraded();
        }
        finally
        {
            await site.Standby.Start();
        }

        await site.Says("standby");
        await site.Until(() => Task.FromResult(Lines("StandbyState[131]") > 0), "nothing says that it is back");
        Assert.Equal(before + 1, Lines("StandbyState[130]"));
    }

    [Fact]
    public async Task A_server_that_takes_writes_itself_is_not_read_as_a_standby()
    {
        var ledger = await site.Start(site.Primary);

        await site.Says("primary; reason=standby-away", ledger);
        Assert.Contains("leads to a server that takes writes itself", ledger.Everything, StringComparison.Ordinal);
    }

    const string Closing = """{"status":"cancelled","reason":"its host is gone","by":"ann"}""";

    Task IsDegraded() => site.Until(
        async () => await site.Ledger.Get("/health/ready") == (200, "Degraded"), "it is not degraded and ready");

    int Lines(string text) => site.Ledger.Everything.Split('\n').Count(
        line => line.Contains(text, StringComparison.Ordinal));

    async Task<string> Answers(string route, HttpStatusCode status)
    {
        using var answer = await site.Ledger.Ask(route);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{route}: {answer.StatusCode} {body}");
        Assert.StartsWith(
            "standby; behind=", answer.Headers.GetValues("RunLedger-Source").Single(), StringComparison.Ordinal);
        return body;
    }

    static double Behind(string source) => source.Split('=') is ["standby; behind", var seconds]
        ? double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)
        : -1;
}
