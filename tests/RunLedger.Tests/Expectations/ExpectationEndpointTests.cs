using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RunLedger.Contracts;
using RunLedger.Expectations;
using RunLedger.Storage;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Expectations;

/// <summary>Expectations over HTTP, by the tool and on the page.</summary>
public sealed class ExpectationEndpointTests : IAsyncLifetime
{
    readonly FakeTimeProvider _time = new(Some.Noon.AddMinutes(1));
    EmbeddedLedger _ledger = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _ledger =
        await EmbeddedLedger.Start(_time, "--RunLedger:Expected:JudgeEvery", "3650.00:00:00");

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task What_is_put_is_listed_changed_and_taken_away_and_each_is_written_down()
    {
        var (created, made) = await Put("nightly", new
        {
            candidate = "PROC-CAND:dot:kg",
            cron = "0 2 * * *",
            zone = "Europe/Berlin",
            grace = "00:30:00",
        });
        _time.Advance(TimeSpan.FromSeconds(1));
        var (changed, _) = await Put("nightly", new
        {
            candidate = "PROC-CAND:dot:kg",
            cron = "0 2 * * *",
            zone = "Europe/Berlin",
            longest = "02:00:00",
        });
        var listed = (await Get("/api/expectations")).GetProperty("items")[0];
        _time.Advance(TimeSpan.FromSeconds(1));
        var deleted = await _ledger.Client.DeleteAsync("/api/expectations/nightly", Token);
        var again = await _ledger.Client.DeleteAsync("/api/expectations/nightly", Token);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (created, changed));
        Assert.Equal("2026-11-02T01:00:00Z", made.GetProperty("nextAt").GetString());
        Assert.Equal("00:30:00", made.GetProperty("grace").GetString());
        Assert.Equal("00:10:00", listed.GetProperty("grace").GetString());
        Assert.Equal("02:00:00", listed.GetProperty("longest").GetString());
        Assert.Equal(
            ["No run of PROC-CAND:dot:kg is in the ledger: is that its code?"],
            listed.GetProperty("remarks").EnumerateArray().Select(remark => remark.GetString()));
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (deleted.StatusCode, again.StatusCode));
        Assert.Equal(
            ["expect armed", "expect changed", "stop_expecting deleted"],
            _ledger.List("select action || ' ' || outcome from operator_action order by at, id"));
    }

    [Fact]
    public async Task A_pattern_has_one_expectation_and_a_second_is_told_which()
    {
        await Put("nightly", new { candidate = "P:*", cron = "0 2 * * *" });

        var (status, problem) = await Put("other", new { candidate = "P:*", cron = "0 4 * * *" });

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.StartsWith(
            "The expectation nightly is for P:* already", problem.GetProperty("detail").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(["nightly"], _ledger.List("select name from expectation"));
    }

    [Theory]
    [InlineData("nightly", """{ "cron": "0 2 * * *" }""", "candidate is missing")]
    [InlineData("nightly", """{ "candidate": "P" }""", "cron is missing")]
    [InlineData("nightly", """{ "candidate": "P", "cron": "0 2 30 2 *" }""", "never comes")]
    [InlineData("nightly", """{ "candidate": "P", "cron": "61 2 * * *" }""", "cannot be read")]
    [InlineData("nightly", """{ "candidate": "P", "cron": "0 2" }""", "has 2 fields")]
    [InlineData("nightly", """{ "candidate": "P", "cron": "*/10 * * * * *" }""", "less than a minute apart")]
    [InlineData("nightly", """{ "candidate": "P", "cron": "0 2 * * *", "zone": "Mars/Olympus" }""", "'Mars/Olympus'")]
    [InlineData("nightly", """{ "candidate": "P", "cron": "0 2 * * *", "grace": "-00:10:00" }""", "grace is")]
    [InlineData("nightly", """{ "candidate": "P", "cron": "0 2 * * *", "grace": "8.00:00:00" }""", "grace is")]
    [InlineData("nightly", """{ "candidate": "P", "cron": "0 2 * * *", "early": "soon" }""", "early is 'soon'")]
    [InlineData("nightly", """{ "candidate": "P", "cron": "0 2 * * *", "longest": "00:00:00" }""", "longest is")]
    [InlineData("nightly", """{ "candidate": "P", "cron": "0 2 * * *", "mostRuns": 0 }""", "mostRuns is 0")]
    [InlineData("Nightly Run", """{ "candidate": "P", "cron": "0 2 * * *" }""", "small letters")]
    [InlineData("nightly", "[]", "no JSON object")]
    [InlineData("nightly", """{ "candidate": 7, "cron": "0 2 * * *" }""", "no JSON object")]
    public async Task What_cannot_be_expected_is_refused_in_words(string name, string body, string words)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _ledger.Client.PutAsync(
            $"/api/expectations/{Uri.EscapeDataString(name)}", content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(words, await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Empty(_ledger.List("select name from expectation"));
    }

    [Fact]
    public async Task A_grace_and_an_allowance_that_reach_into_the_next_slot_are_remarked()
    {
        var (_, made) = await Put(
            "often", new { candidate = "P", cron = "*/10 * * * *", grace = "00:15:00", early = "00:06:00" });

        Assert.Equal(3, made.GetProperty("remarks").GetArrayLength());
        Assert.StartsWith(
            "grace 00:15:00 is longer than the 00:10:00", made.GetProperty("remarks")[0].GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_times_begin_anew_and_another_grace_does_not()
    {
        await Put("hourly", new { candidate = "P", cron = "0 * * * *" });
        await Judge(Some.Noon.AddMinutes(75));
        await Put("hourly", new { candidate = "P", cron = "0 * * * *", grace = "00:20:00" });
        Assert.Single(_ledger.List("select 1 || '' from missed_slot"));

        await Put("hourly", new { candidate = "P", cron = "30 * * * *", grace = "00:20:00" });

        Assert.Empty(_ledger.List("select 1 || '' from missed_slot"));
        Assert.Equal(["2026-11-01T13:15:00.000000Z"], _ledger.List("select judged_until from expectation"));
    }

    [Fact]
    public async Task The_slots_say_what_came_of_each_and_the_page_and_the_tool_say_it_in_words()
    {
        await Put("hourly", new
        {
            candidate = "PROC-CAND:dot:kg",
            cron = "0 * * * *",
            zone = "Europe/Berlin",
            longest = "00:30:00",
        });
        // 13:00 on time, too long and too many; 14:00 late; 15:00 missed; 16:00 early for 17:00 besides; 17:00 pending.
        foreach (var (began, ended) in new[] { (60, 100), (65, 70), (138, 140), (240, 241), (285, 286) })
            await Take(began, ended);
        await Judge(Some.Noon.AddMinutes(301));

        var slots = (await Get("/api/expectations/hourly/slots")).GetProperty("items").EnumerateArray().ToList();
        var page = await _ledger.Client.GetStringAsync("/expected", Token);
        var overview = await _ledger.Client.GetStringAsync("/", Token);
        var tool = await ToolRun.Of("expected", "slots", "hourly", "--url", $"{_ledger.Client.BaseAddress}");

        Assert.Equal(
            ["pending", "on_time", "missed", "late", "on_time"],
            slots.Select(slot => slot.GetProperty("state").GetString()));
        Assert.Equal("2026-11-01T18:00:00+01:00", slots[0].GetProperty("localAt").GetString());
        Assert.Equal(
            ["1 run more than 00:05:00 before the next slot: too early to be its."], Notes(slots[1]));
        Assert.Equal("2 runs, and 1 is allowed.", Notes(slots[4])[0]);
        Assert.EndsWith("took 40 m, and 00:30:00 is allowed.", Notes(slots[4])[1], StringComparison.Ordinal);
        foreach (var words in new[] { "17:00 on time", "16:00 missed", "15:00 late", "18:00 pending" })
            Assert.Contains(words, page, StringComparison.Ordinal);
        Assert.DoesNotContain("expected run was missed", overview, StringComparison.Ordinal);
        Assert.Equal(0, tool.Code);
        Assert.Contains("missed", tool.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_last_slot_that_was_missed_is_trouble_on_the_overview_and_for_the_tool_until_a_run_comes()
    {
        await Put("hourly", new { candidate = "PROC-CAND:dot:kg", cron = "0 * * * *" });
        await Judge(Some.Noon.AddMinutes(75));

        var overview = await Get("/api/overview");
        var page = await _ledger.Client.GetStringAsync("/", Token);
        var missing = await ToolRun.Of("expected", "list", "--missing", "--url", $"{_ledger.Client.BaseAddress}");
        Assert.Equal(1, overview.GetProperty("missing").GetInt32());
        Assert.Contains("<a href=\"/expected\">1 expected run was missed</a>", page, StringComparison.Ordinal);
        Assert.Equal(1, missing.Code);

        await Take(76, 80);
        await Judge(Some.Noon.AddMinutes(81));

        Assert.Equal(0, (await Get("/api/overview")).GetProperty("missing").GetInt32());
        Assert.Equal(
            0, (await ToolRun.Of("expected", "list", "--missing", "--url", $"{_ledger.Client.BaseAddress}")).Code);
    }

    [Fact]
    public async Task A_candidate_says_what_is_expected_of_it_by_its_code_or_a_pattern_and_whether_the_last_run_came()
    {
        await Put("hourly", new { candidate = "PROC-CAND:dot:kg", cron = "0 * * * *", zone = "Europe/Berlin" });
        await Put("every", new { candidate = "PROC-CAND:dot:?g", cron = "30 * * * *" });
        await Put("other", new { candidate = "PROC-CAND:other", cron = "0 * * * *" });
        await Put("others", new { candidate = "PROC-CAND:o*", cron = "0 * * * *" });
        await Take(30, 35);
        await Judge(Some.Noon.AddMinutes(75));

        Assert.Equal(["every False 12:30 13:30", "hourly True 13:00 14:00"], await Expected());
        var page = await _ledger.Client.GetStringAsync("/candidates/PROC-CAND:dot:kg", Token);
        var tool = await ToolRun.Of("candidates", "PROC-CAND:dot:kg", "--url", $"{_ledger.Client.BaseAddress}");
        Assert.Contains("<a href=\"/expected?name=hourly\">hourly</a>", page, StringComparison.Ordinal);
        Assert.Contains("<span class=\"badge failed\">missed</span>", page, StringComparison.Ordinal);
        Assert.Contains("Expected hourly", tool.Output, StringComparison.Ordinal);
        Assert.Contains("the last one is missing", tool.Output, StringComparison.Ordinal);
        await Take(76, 80);
        await Judge(Some.Noon.AddMinutes(81));

        Assert.Equal(["every False 12:30 13:30", "hourly False 13:00 14:00"], await Expected());

        async Task<IEnumerable<string>> Expected() =>
            (await Get("/api/candidates/PROC-CAND:dot:kg")).GetProperty("expected").EnumerateArray().Select(one =>
                $"{one.GetProperty("name")} {one.GetProperty("missing")} "
                + $"{Hour(one, "judgedSlotAt")} {Hour(one, "nextAt")}");

        static string Hour(JsonElement of, string name) => $"{of.GetProperty(name).GetDateTime():HH:mm}";
    }

    [Fact]
    public async Task The_tool_arms_an_expectation_and_says_what_is_wrong_with_one()
    {
        string[] to = ["--url", $"{_ledger.Client.BaseAddress}"];

        var put = await ToolRun.Of(
            [
                "expected", "put", "nightly", "--candidate", "P", "--cron", "0 2 * * *", "--grace", "30m", .. to,
            ]);
        var alike = await ToolRun.Of(["expected", "put", "b", "--candidate", "P", "--cron", "0 3 * * *", .. to]);
        var never = await ToolRun.Of(["expected", "put", "c", "--candidate", "Q", "--cron", "0 3 31 4 *", .. to]);
        var gone = await ToolRun.Of(["expected", "delete", "nightly", .. to]);
        var unknown = await ToolRun.Of(["expected", "slots", "nightly", .. to]);

        Assert.True(put.Code == 0, put.Error);
        Assert.Contains("nightly", put.Output, StringComparison.Ordinal);
        Assert.Contains("No run of P is in the ledger", put.Output, StringComparison.Ordinal);
        Assert.Equal((1, 1), (alike.Code, never.Code));
        Assert.StartsWith("runledger: The expectation nightly is for P", alike.Error, StringComparison.Ordinal);
        Assert.Contains("never comes", never.Error, StringComparison.Ordinal);
        Assert.True(gone.Code == 0, gone.Error);
        Assert.Equal(1, unknown.Code);
    }

    [Fact]
    public async Task What_a_candidate_seems_to_keep_is_proposed_with_its_figures_and_nothing_is_armed()
    {
        for (var hour = 0; hour < 12; hour++)
            await Take((60 * hour) + 60, (60 * hour) + 61);
        string[] to = ["--url", $"{_ledger.Client.BaseAddress}"];

        var proposal = await Get("/api/expectation-proposal?candidate=PROC-CAND:dot:kg&zone=UTC");
        var page = await _ledger.Client.GetStringAsync("/expected?propose=PROC-CAND:dot:kg", Token);
        var tool = await ToolRun.Of(["expected", "propose", "PROC-CAND:dot:kg", "--zone", "UTC", .. to]);
        var unknown = await ToolRun.Of(["expected", "propose", "PROC-CAND:other", .. to]);
        using var wrong = await _ledger.Client.GetAsync("/api/expectation-proposal?candidate=P&zone=Mars", Token);

        Assert.Equal("0 * * * *", proposal.GetProperty("cron").GetString());
        Assert.StartsWith(
            "12 of 12 slots from 2026-11-01 13:00:00Z to 2026-11-02 00:00:00Z had a run, and 0 runs",
            proposal.GetProperty("words").GetString(), StringComparison.Ordinal);
        Assert.Contains("--cron \"0 * * * *\"", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.True(tool.Code == 0, tool.Error);
        Assert.StartsWith("0 * * * * UTC, grace 00:05:00", tool.Output, StringComparison.Ordinal);
        Assert.Equal(1, unknown.Code);
        Assert.StartsWith("It has 0 runs that started", unknown.Output, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Empty(_ledger.List("select name from expectation"));
    }

    [Fact]
    public async Task A_ledger_keeps_so_many_expectations_lists_all_of_them_and_takes_no_more()
    {
        await Put("nightly", new { candidate = "P", cron = "0 2 * * *" });
        await Write(
            $"""
             with recursive n (i) as (select 1 union all select i + 1 from n where i < {Expectation.Most - 1})
             insert into expectation ({Expectation.Columns}) select 'n' || i, 'P' || i, cron, zone, grace_seconds,
               early_seconds, longest_seconds, most_runs, armed_at, armed_by, heard_until, judged_until
             from n, expectation where name = 'nightly'
             """);

        var (status, problem) = await Put("one-more", new { candidate = "Q", cron = "0 2 * * *" });
        var (changed, _) = await Put("nightly", new { candidate = "P", cron = "0 3 * * *" });

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.OK), (status, changed));
        Assert.StartsWith(
            "There are 1,000 expectations already", problem.GetProperty("detail").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(Expectation.Most, (await Get("/api/expectations")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task One_that_could_not_be_looked_at_to_the_end_says_so()
    {
        await Put("nightly", new { candidate = "P", cron = "0 2 * * *" });
        // Far more than four times the time between two looks, of which this ledger has one in ten years.
        await Write("update expectation set armed_at = '1970-01-01T00:00:00.000000Z', heard_until = armed_at");
        await Write("update expectation set heard_until = '1980-01-01T00:00:00.000000Z'");

        var remarks = (await Get("/api/expectations/nightly")).GetProperty("remarks");

        Assert.StartsWith(
            "It is behind: runs that were heard of since 1980-01-01 00:00:00Z have no slot yet",
            remarks[0].GetString(), StringComparison.Ordinal);
    }

    Task<int> Write(string sql) => _ledger.Services.GetRequiredService<ILedgerTransactions>().InOne(
        write => write.Run(sql, Token), Token);

    async Task Take(int began, int ended)
    {
        var run = new Some { Start = Some.Noon.AddMinutes(began) };
        if (_time.GetUtcNow() < run.Start)
            _time.SetUtcNow(run.Start);
        foreach (var message in new RunObservation[]
            {
                run.Started(), run.Completed() with { OccurredAt = Some.Noon.AddMinutes(ended) },
            })
        {
            var json = JsonSerializer.SerializeToNode(message, message.GetType(), JsonSerializerOptions.Web)!;
            json["type"] = message.GetType().Name;
            using var answer = await _ledger.Client.PostAsJsonAsync("/api/observations", json, Token);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
        }
    }

    // As if it had caught up with everything.
    async Task Judge(DateTimeOffset now)
    {
        _time.SetUtcNow(now);
        var judge = _ledger.Services.GetRequiredService<ExpectationJudge>();
        var (names, candidates) = await judge.Known(Token);
        foreach (var name in names)
            await judge.Judge(name, candidates, now.UtcDateTime, new JudgingGap(now.UtcDateTime), Token);
    }

    async Task<(HttpStatusCode Status, JsonElement Json)> Put(string name, object body)
    {
        using var answer = await _ledger.Client.PutAsJsonAsync($"/api/expectations/{name}", body, Token);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Token));
    }

    async Task<JsonElement> Get(string route) =>
        await _ledger.Client.GetFromJsonAsync<JsonElement>(route, Token);

    static List<string?> Notes(JsonElement slot) =>
        [.. slot.GetProperty("notes").EnumerateArray().Select(note => note.GetString())];
}
