using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Web;

/// <summary>The operators' page as a browser gets it.</summary>
public sealed partial class PageTests : IAsyncLifetime
{
    const string Markup = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>'";

    OperatorPage _page = null!;

    public async ValueTask InitializeAsync() => _page = await OperatorPage.Open();

    public ValueTask DisposeAsync() => _page.DisposeAsync();

    [Fact]
    public async Task Every_link_of_the_page_leads_somewhere()
    {
        await _page.Fill();
        await _page.Reject();
        var (seen, open) = (new HashSet<string>(), new Queue<string>(["/"]));
        while (open.TryDequeue(out var address))
        {
            if (!seen.Add(address))
                continue;
            using var answer = await _page.Ledger.Client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead);
            Assert.True(answer.IsSuccessStatusCode, $"{address}: {(int)answer.StatusCode}");
            if (answer.Content.Headers.ContentType?.MediaType != "text/html")
                continue;
            var html = await answer.Content.ReadAsStringAsync();
            foreach (Match link in OperatorPage.Link().Matches(html))
            {
                if (WebUtility.HtmlDecode(link.Groups["to"].Value) is ['/', ..] to)
                    open.Enqueue(to.Split('#')[0]);
            }
        }

        foreach (var page in (string[])
        [
            "/runs", "/candidates", "/failures", "/grid", "/rejected", "/settings", $"/runs/{_page.Run}",
            "/api/runs/export?format=csv",
        ])
            Assert.Contains(page, seen);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/runs")]
    [InlineData("/runs/{id}")]
    [InlineData("/candidates?pattern={markup}")]
    [InlineData("/candidates/{markup}")]
    [InlineData("/candidates/no{markup}")]
    [InlineData("/failures")]
    [InlineData("/grid?candidate={markup}")]
    [InlineData("/candidates/{markup}/dossier")]
    [InlineData("/rejected")]
    [InlineData("/settings")]
    [InlineData("/runs?q={markup}&candidate={markup}&parentRunId={markup}")]
    [InlineData("/runs/{markup}")]
    public async Task Markup_in_what_is_shown_is_text(string page)
    {
        await _page.Fill(Markup);
        await _page.Reject(Markup);

        var (_, html) = await _page.Get(page.Replace("{id}", $"{_page.Run}", StringComparison.Ordinal)
            .Replace("{markup}", Uri.EscapeDataString(Markup), StringComparison.Ordinal));

        Assert.DoesNotContain("<script>", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        // The policy forbids what is inline: a style or a handler of our own would be lost too.
        Assert.DoesNotMatch(Inline(), html);
    }

    [Theory]
    [InlineData("/runs/00000000-0000-0000-0000-000000000001", 404)]
    [InlineData("/runs/no-such", 404)]
    [InlineData("/runs?status=asleep&since=soon", 400)]
    [InlineData("/runs?cursor=made-up", 400)]
    [InlineData("/rejected?state=asleep", 400)]
    [InlineData("/candidates/no-such", 404)]
    [InlineData("/candidates?cursor=made-up", 400)]
    [InlineData("/runs?candidate=nothing", 200)]
    public async Task What_does_not_exist_or_cannot_be_read_is_said(string address, int expected)
    {
        var (status, html) = await _page.Get(address);

        Assert.Equal(expected, status);
        Assert.Contains("</html>", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_its_token_changes_nothing()
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

        using var answer = await _page.Ledger.Client.PostAsync(
            $"/runs/{_page.Run}/close",
            new FormUrlEncodedContent([new("status", "cancelled"), new("reason", "forged")]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("The form's token", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(["started"], _page.Ledger.List("select status from process_run_observation"));
    }

    [Fact]
    public async Task Who_may_only_read_is_shown_no_forms_and_may_not_use_them()
    {
        await using var ledger = await EmbeddedLedger.Start(TestKey.Settings(TestKey.Reader, TestKey.Observer));
        ledger.Client.DefaultRequestHeaders.Add("X-Api-Key", TestKey.Observer.Text);
        await ledger.Client.PostAsJsonAsync("/api/observations", new
        {
            type = "RunStarted",
            processRunId = _page.Run,
            processCandidateCode = "P",
            correlationId = "c",
            sourceSystem = "dot_runtime",
            occurredAt = OperatorPage.Start,
        });
        using var observer = await ledger.Client.GetAsync("/");
        ledger.Client.DefaultRequestHeaders.Remove("X-Api-Key");
        ledger.Client.DefaultRequestHeaders.Add("X-Api-Key", TestKey.Reader.Text);

        var html = await ledger.Client.GetStringAsync($"/runs/{_page.Run}");
        using var answer = await ledger.Client.PostAsync(
            $"/runs/{_page.Run}/close", new FormUrlEncodedContent([new("status", "cancelled"), new("reason", "r")]));

        Assert.Equal(HttpStatusCode.Forbidden, observer.StatusCode);
        Assert.Contains(_page.Run.ToString(), html, StringComparison.Ordinal);
        Assert.DoesNotContain("<form method=\"post\"", html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [GeneratedRegex("<[^>]*\\s(style|on[a-z]+)=\"")]
    private static partial Regex Inline();
}
