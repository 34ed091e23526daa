using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Web;

/// <summary>What the API refuses the page refuses, with the same words.</summary>
public sealed class PageFaultTests : IAsyncLifetime
{
    static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddMinutes(-10);

    readonly Guid _run = Guid.CreateVersion7();
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task The_page_of_runs_takes_no_cursor_of_either_way_at_once()
    {
        for (var i = 0; i < 3; i++)
            await Observe(Guid.CreateVersion7());

        await SaysTheSame(await BothWays("/runs?limit=1"), "before", "It goes the other way than cursor");
    }

    [Fact]
    public async Task The_page_of_what_was_rejected_takes_no_cursor_of_either_way_at_once()
    {
        for (var i = 0; i < 3; i++)
        {
            using var answer = await _ledger.Client.PostAsJsonAsync(
                "/api/observations", new { type = "RunStarted", processRunId = $"asleep {i}" });
        }

        await SaysTheSame(
            await BothWays("/rejected?state=open&limit=1"), "before", "It goes the other way than cursor");
    }

    [Fact]
    public Task The_page_of_what_was_rejected_says_which_state_it_does_not_know() =>
        SaysTheSame("/rejected?state=asleep", "state", "accepted: open, resending, resent, discarded");

    [Fact]
    public Task The_page_of_what_was_rejected_takes_a_limit_as_the_API_does() =>
        SaysTheSame("/rejected?limit=many", "limit", "not a whole number");

    [Fact]
    public Task The_page_of_failures_takes_a_time_as_the_API_does() =>
        SaysTheSame("/failures?since=soon", "since", "not an ISO 8601 time");

    [Fact]
    public async Task The_page_of_failures_says_that_it_cannot_read_its_days() =>
        Assert.Contains(
            "days: '0' is not a whole number from 1 to 30.",
            await Refused("/failures?days=0"),
            StringComparison.Ordinal);

    [Fact]
    public Task The_grid_says_how_many_runs_it_takes() =>
        SaysTheSame("/grid?candidate=P&runs=1000", "runs", "from 1 to 100");

    [Fact]
    public async Task The_page_of_a_run_takes_no_cursor_of_another_list()
    {
        await Observe(_run);

        Assert.Contains(
            await Words($"/api/runs/{_run}/components?cursor=made-up", "cursor"),
            await Refused($"/runs/{_run}?after=made-up"),
            StringComparison.Ordinal);
    }

    async Task SaysTheSame(string page, string parameter, string words)
    {
        var said = await Words($"/api{page}", parameter);

        Assert.Contains(words, said, StringComparison.Ordinal);
        Assert.Contains($"{parameter}: {said}", await Refused(page), StringComparison.Ordinal);
    }

    async Task<string> Words(string address, string parameter)
    {
        using var answer = await _ledger.Client.GetAsync(address);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return problem.GetProperty("errors").GetProperty(parameter)[0].GetString()!;
    }

    // As it is read: without the one element that is within a fault.
    async Task<string> Refused(string address)
    {
        using var answer = await _ledger.Client.GetAsync(address);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Contains("</html>", html, StringComparison.Ordinal);
        return html.Replace("<strong>", "", StringComparison.Ordinal)
            .Replace("</strong>", "", StringComparison.Ordinal);
    }

    async Task<string> BothWays(string list)
    {
        var first = await _ledger.Client.GetFromJsonAsync<JsonElement>($"/api{list}");
        var after = $"&cursor={first.GetProperty("nextCursor").GetString()}";
        var second = await _ledger.Client.GetFromJsonAsync<JsonElement>($"/api{list}{after}");
        return $"{list}{after}&before={second.GetProperty("prevCursor").GetString()}";
    }

    async Task Observe(Guid run)
    {
        using var answer = await _ledger.Client.PostAsJsonAsync("/api/observations", new
        {
            type = "RunStarted",
            processRunId = run,
            processCandidateCode = "P",
            correlationId = $"{run}",
            sourceSystem = "dot_runtime",
            occurredAt = Start,
        });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }
}
