using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Storage;
using RunLedger.Tests.Support;
using RunLedger.Unlike;

namespace RunLedger.Tests.Unlike;

/// <summary>Where a user meets what is unlike those before it.</summary>
public sealed class UnlikeSurfaceTests : IAsyncLifetime
{
    const string Candidate = "<b>PROC-CAND:dot:kg</b>";

    static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    EmbeddedLedger _ledger = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task A_slow_run_is_told_wherever_runs_are_shown()
    {
        await Known(40, minutes: 10);
        var slow = await Observe("RunStarted", Now.AddHours(-2));
        await Observe("RunStarted", Now.AddMinutes(-2));
        await Look();

        var list = await Json("/api/runs?unlike=slow");
        var run = await Json($"/api/runs/{slow}");
        var overview = await Json("/api/overview");
        var candidate = await Json($"/api/candidates/{Uri.EscapeDataString(Candidate)}");
        var page = await Html($"/runs/{slow}");

        var listed = Assert.Single(list.GetProperty("items").EnumerateArray());
        Assert.Equal(slow, listed.GetProperty("processRunId").GetGuid());
        var unlike = Assert.Single(run.GetProperty("unlike").EnumerateArray());
        Assert.Equal("slow", unlike.GetProperty("kind").GetString());
        Assert.Equal(40, unlike.GetProperty("runs").GetInt64());
        Assert.Contains("Open for 2 h", page, StringComparison.Ordinal);
        Assert.Equal("started", run.GetProperty("status").GetString());
        Assert.Equal(1, overview.GetProperty("slow").GetInt64());
        Assert.Equal(1, candidate.GetProperty("usual").GetProperty("slowNow").GetInt64());
        Assert.Contains("1 open run takes longer than those before", await Html("/"), StringComparison.Ordinal);
        Assert.Contains(">slow</span>", await Html("/runs?unlike=slow"), StringComparison.Ordinal);
        Assert.Contains(
            "Slow after", await Html($"/candidates/{Uri.EscapeDataString(Candidate)}"), StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_open_run_says_when_it_should_end_in_words_and_on_the_time_line()
    {
        await Known(40, minutes: 10);
        var open = await Observe("RunStarted", Now.AddMinutes(-2));

        var outlook = (await Json($"/api/runs/{open}")).GetProperty("outlook");
        var page = await Html($"/runs/{open}");

        Assert.Equal((40, 20), (outlook.GetProperty("runs").GetInt32(), outlook.GetProperty("neededRuns").GetInt32()));
        Assert.InRange(
            outlook.GetProperty("from").GetDateTimeOffset(), Now.AddMinutes(7.5), Now.AddMinutes(8.5));
        Assert.StartsWith("It should end in ", outlook.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Contains("It should end in ", page, StringComparison.Ordinal);
        Assert.Contains("class=\"should-end\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_too_few_runs_it_says_how_many_there_are()
    {
        await Known(1, minutes: 10);
        var open = await Observe("RunStarted", Now.AddHours(-9));
        await Look();

        var run = await Json($"/api/runs/{open}");
        var page = await Html($"/runs/{open}");

        Assert.Equal(
            "When it should end is not known: 1 run so far; 20 are needed.",
            run.GetProperty("outlook").GetProperty("text").GetString());
        Assert.False(run.TryGetProperty("unlike", out _));
        Assert.Contains("1 run so far; 20 are needed", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_has_ended_has_no_outlook_and_is_not_slow_any_more()
    {
        await Known(40, minutes: 10);
        var run = await Observe("RunStarted", Now.AddHours(-2));
        await Look();
        await Observe("RunCompleted", Now, run);

        var answer = await Json($"/api/runs/{run}");

        Assert.False(answer.TryGetProperty("outlook", out _));
        Assert.False(answer.TryGetProperty("unlike", out _));
        Assert.Empty((await Json("/api/runs?unlike=slow")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_kind_that_is_none_is_refused_in_words()
    {
        using var answer = await _ledger.Client.GetAsync("/api/runs?unlike=odd", Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(
            "'odd' is not known; accepted: slow, suspicious.", await answer.Content.ReadAsStringAsync(Token),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tool_lists_and_shows_it()
    {
        await Known(40, minutes: 10);
        var slow = await Observe("RunStarted", Now.AddHours(-2));
        await Observe("RunStarted", Now);
        await Look();
        var url = $"{_ledger.Client.BaseAddress}";

        var list = await ToolRun.Of("runs", "list", "--unlike", "slow", "--url", url);
        var show = await ToolRun.Of("runs", "show", $"{slow}", "--url", url);

        Assert.Equal((0, 0), (list.Code, show.Code));
        Assert.Contains($"{slow}", list.Output, StringComparison.Ordinal);
        Assert.Contains("slow", list.Output, StringComparison.Ordinal);
        Assert.Contains("! Open for 2 h", show.Output, StringComparison.Ordinal);
        Assert.Contains("It is open longer than all of 40 runs took", show.Output, StringComparison.Ordinal);
    }

    // As if so many had been counted.
    Task<bool> Known(int runs, int minutes) => _ledger.Services.GetRequiredService<ILedgerTransactions>().InOne(
        async sql =>
        {
            var sketches = new DurationSketches(20);
            for (var run = 0; run < runs; run++)
            {
                sketches.Add(
                    new(Candidate, null, null), minutes * 60, Now.UtcDateTime.AddDays(-1), TimeSpan.FromDays(30));
            }

            await sketches.Save(sql, Token);
            return true;
        },
        Token);

    Task Look() => _ledger.Services.GetRequiredService<SlowWatch>().Look(Token);

    async Task<Guid> Observe(string type, DateTimeOffset at, Guid? run = null)
    {
        var id = run ?? Guid.CreateVersion7();
        using var answer = await _ledger.Client.PostAsJsonAsync(
            "/api/observations",
            new
            {
                type,
                processRunId = id,
                processCandidateCode = Candidate,
                correlationId = "c",
                sourceSystem = "dot_runtime",
                occurredAt = at,
            },
            Token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
        return id;
    }

    Task<JsonElement> Json(string route) => _ledger.Client.GetFromJsonAsync<JsonElement>(route, Token);

    async Task<string> Html(string address) =>
        WebUtility.HtmlDecode(await _ledger.Client.GetStringAsync(address, Token)).Replace(Candidate, "C");
}
