using System.Net;
using RunLedger.Service.Candidates;
using RunLedger.Service.Web;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Candidates;

/// <summary>The pages of candidates, whatever their codes hold.</summary>
public sealed class CandidatePageTests : IAsyncLifetime
{
    OperatorPage _page = null!;

    public async ValueTask InitializeAsync() => _page = await OperatorPage.Open();

    public ValueTask DisposeAsync() => _page.DisposeAsync();

    [Theory]
    [InlineData("PROC-CAND:dot:kg")]
    [InlineData("dbt/models/orders/../x?a=b#c")]
    [InlineData("a%2Fb+c d")]
    [InlineData("<img src=x onerror=alert(1)>&\"'")]
    [InlineData("ünï 表 🙂")]
    [InlineData(".")]
    [InlineData("..")]
    public async Task The_list_leads_to_the_page_of_every_candidate(string code)
    {
        await _page.Fill(code);
        var (_, list) = await _page.Get("/candidates");
        var link = OperatorPage.Link().Matches(list)
            .Select(match => WebUtility.HtmlDecode(match.Groups["to"].Value))
            .Single(to => to.StartsWith("/candidates/", StringComparison.Ordinal));

        var (status, page) = await _page.Get(link);

        Assert.Equal(200, status);
        Assert.Contains($"<h1>{WebUtility.HtmlEncode(code)}</h1>", Decoded(page), StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        foreach (var to in OperatorPage.Link().Matches(page)
            .Select(match => WebUtility.HtmlDecode(match.Groups["to"].Value))
            .Where(to => to.StartsWith("/candidates/", StringComparison.Ordinal)))
            Assert.Equal(200, (await _page.Get(to)).Status);
    }

    [Fact]
    public async Task A_ledger_without_runs_has_no_candidates_and_says_so()
    {
        var (status, html) = await _page.Get("/candidates");

        Assert.Equal(200, status);
        Assert.Contains("No candidate matches.", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_code_of_the_path_is_meant_and_one_of_the_query_only_where_no_path_can_say_it()
    {
        await _page.Fill("kg");

        Assert.Contains("<h1>kg</h1>", (await _page.Get("/candidates/kg?code=other")).Html, StringComparison.Ordinal);
        Assert.Equal(404, (await _page.Get("/candidates/-?code=other")).Status);
        Assert.Contains("<h1>kg</h1>", (await _page.Get("/candidates/-?code=kg")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_there_are_more_components_than_are_looked_at_is_said()
    {
        await _page.Fill("kg");
        Assert.Contains(
            "\"componentsTruncated\":false", (await _page.Get("/api/candidates/kg")).Html, StringComparison.Ordinal);

        _page.Ledger.List(
            $"""
             with recursive n (i) as (select 1 union all select i + 1 from n where i <= {CandidateComponents.Most})
             insert into process_component_observation
               (component_run_id, process_run_id, correlation_id, source_system, status)
             select printf('00000000-0000-0000-0000-%012d', i), '{_page.Run}', 'c', 'dot_runtime', 'step_started' from n
             """);

        Assert.Contains(
            "\"componentsTruncated\":true", (await _page.Get("/api/candidates/kg")).Html, StringComparison.Ordinal);
        Assert.Contains(
            "more than 20,000 rows of components", (await _page.Get("/candidates/kg")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_candidate_is_not_found_in_words()
    {
        var (status, html) = await _page.Get("/candidates/PROC-CAND:none");

        Assert.Equal(404, status);
        Assert.Contains("There is no run of the candidate PROC-CAND:none", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/candidates?cursor=x", "not a cursor of this list")]
    [InlineData("/candidates?limit=0", "1 to 50")]
    [InlineData("/candidates/x?days=0", "1 to 90")]
    public async Task A_parameter_that_cannot_be_read_is_named(string address, string words)
    {
        var (status, html) = await _page.Get(address);

        Assert.Equal(400, status);
        Assert.Contains(words, html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cursor_of_other_filters_or_made_of_no_text_is_refused()
    {
        var good = Cursor.Write("PROC-CAND:a", "candidates\n\n");

        Assert.Equal("PROC-CAND:a", Cursor.ReadKey(good, "candidates\n\n"));
        Assert.Null(Cursor.ReadKey(good, "candidates\nother\n"));
        foreach (var text in (string[])["", "x", "AAAA", new string('A', 20_000), Cursor.Write("a\0b", "l"), "!!!"])
            Assert.Null(Cursor.ReadKey(text, "l"));
    }

    [Theory]
    [InlineData(0.9999, "> 99.9 %")]
    [InlineData(1, "100 %")]
    [InlineData(0.0001, "< 0.1 %")]
    [InlineData(0.6667, "66.7 %")]
    public void A_share_is_never_rounded_up_to_all_nor_down_to_none(double share, string expected) =>
        Assert.Equal(expected, CandidateWords.Share(share));

    // As the page writes what is no letter of ASCII is the encoder's.
    static string Decoded(string html) => WebUtility.HtmlEncode(WebUtility.HtmlDecode(html))
        .Replace("&lt;h1&gt;", "<h1>", StringComparison.Ordinal)
        .Replace("&lt;/h1&gt;", "</h1>", StringComparison.Ordinal);
}
