using System.Net;
using System.Net.Http.Json;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Changes;

/// <summary>What changed, on the page and by the tool.</summary>
public sealed class ChangesSurfaceTests : IAsyncLifetime
{
    const string Candidate = "<b>PROC-CAND:dot:kg</b>";

    static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddDays(-1);

    readonly List<Guid> _runs = [];
    EmbeddedLedger _ledger = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string Url => $"{_ledger.Client.BaseAddress}";

    public async ValueTask InitializeAsync()
    {
        _ledger = await EmbeddedLedger.Start();
        for (var run = 0; run < 8; run++)
            _runs.Add(await Run(run, run < 7 ? "7" : "<i>8</i>"));
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task The_page_of_a_run_leads_to_what_changed_and_that_says_it_in_words()
    {
        var run = await _ledger.Client.GetStringAsync($"/runs/{_runs[^1]}", Token);
        var page = await _ledger.Client.GetStringAsync($"/runs/{_runs[^1]}/changes", Token);

        Assert.Contains($"href=\"/runs/{_runs[^1]}/changes\"", run, StringComparison.Ordinal);
        Assert.Contains(
            "The version is <i>8</i>, in the other 7: not once so in 7 good runs.", WebUtility.HtmlDecode(page),
            StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", page, StringComparison.Ordinal);
        Assert.Contains($"/runs/{_runs[^2]}", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?against=x", HttpStatusCode.BadRequest, "is not a UUID")]
    [InlineData("?against=01900000-0000-7000-8000-000000000001", HttpStatusCode.NotFound, "There is no run")]
    [InlineData("", HttpStatusCode.OK, "completed before it")]
    public async Task What_cannot_be_compared_is_said(string query, HttpStatusCode status, string words)
    {
        using var answer = await _ledger.Client.GetAsync($"/runs/{_runs[0]}/changes{query}", Token);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(words, await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tool_compares_with_the_last_good_one_or_any()
    {
        var last = await ToolRun.Of("runs", "compare", $"{_runs[^1]}", "--url", Url);
        var first = await ToolRun.Of("runs", "compare", $"{_runs[^1]}", $"{_runs[0]}", "--url", Url);
        var alike = await ToolRun.Of("runs", "compare", $"{_runs[6]}", "--url", Url);
        var none = await ToolRun.Of("runs", "compare", $"{_runs[0]}", "--url", Url);
        var json = await ToolRun.Of("runs", "compare", $"{_runs[^1]}", "--json", "--url", Url);

        Assert.Equal((0, 0, 0, 1), (last.Code, first.Code, alike.Code, none.Code));
        Assert.Contains("The version is <i>8</i>, in the other 7", last.Output, StringComparison.Ordinal);
        Assert.Contains($"{_runs[^2]}", last.Output, StringComparison.Ordinal);
        Assert.Contains($"{_runs[0]}", first.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing differs that is not usual.", alike.Output, StringComparison.Ordinal);
        Assert.Contains("completed before it", none.Error, StringComparison.Ordinal);
        Assert.Contains("\"goodRuns\": 7", json.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tool_and_the_page_list_the_runs_of_a_version()
    {
        var list = await ToolRun.Of("runs", "list", "--version", "<i>8</i>", "--url", Url);
        var page = await _ledger.Client.GetStringAsync($"/runs?version={Uri.EscapeDataString("<i>8</i>")}", Token);

        Assert.Contains($"{_runs[^1]}", list.Output, StringComparison.Ordinal);
        Assert.DoesNotContain($"{_runs[0]}", list.Output, StringComparison.Ordinal);
        Assert.Contains($"/runs/{_runs[^1]}", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"/runs/{_runs[0]}", page, StringComparison.Ordinal);
    }

    async Task<Guid> Run(int number, string version)
    {
        var id = Guid.CreateVersion7();
        foreach (var (type, seconds) in ((string, int)[])[("RunStarted", 0), ("RunCompleted", 60)])
        {
            var message = new Dictionary<string, object>
            {
                ["type"] = type,
                ["processRunId"] = id,
                ["processCandidateCode"] = Candidate,
                ["correlationId"] = "c",
                ["sourceSystem"] = "dot_runtime",
                ["occurredAt"] = Start.AddHours(number).AddSeconds(seconds),
                ["evidenceRef"] = new { version, id },
            };
            using var answer = await _ledger.Client.PostAsJsonAsync("/api/observations", message, Token);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Token));
        }

        return id;
    }
}
