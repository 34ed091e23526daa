using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Service.Query;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Query;

/// <summary>SQL on the page, without a script.</summary>
public sealed class QueryPageTests : IAsyncLifetime
{
    OperatorPage _page = null!;

    public async ValueTask InitializeAsync() => _page = await OperatorPage.Open();

    public ValueTask DisposeAsync() => _page.DisposeAsync();

    [Fact]
    public async Task A_statement_is_answered_as_a_table_and_a_chart_saved_downloaded_and_deleted()
    {
        const string Sql = """select '=<script>alert(1)</script>' as "<i>who</i>", 7 as n, null as none""";
        var (_, empty) = await _page.Get("/query");
        Assert.Contains("None is saved.", empty, StringComparison.Ordinal);
        Assert.Empty(_page.Ledger.List("select id from operator_action"));

        var answer = await _page.Post("/query", empty, ("_handler", "ask"), ("sql", Sql));

        Assert.Contains("1 row in ", answer, StringComparison.Ordinal);
        Assert.Contains("&lt;i&gt;who&lt;/i&gt; <span class=\"type\">varchar", answer, StringComparison.Ordinal);
        Assert.Contains("<td class=\"number\">7</td>", answer, StringComparison.Ordinal);
        Assert.Contains("<table class=\"bar-list\">", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>who", answer, StringComparison.Ordinal);

        Assert.EndsWith(
            "\r\n'=<script>alert(1)</script>,7,\r\n", await _page.Post("/query/csv", answer, ("sql", Sql)),
            StringComparison.Ordinal);
        var saved = await _page.Post("/query/save", answer, ("sql", Sql), ("name", "<b>mine</b> & co"));
        Assert.Contains("It is saved.", saved, StringComparison.Ordinal);
        Assert.Contains(WebUtility.HtmlEncode("<b>mine</b> & co"), saved, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>mine", saved, StringComparison.Ordinal);
        Assert.Contains("It is no longer saved.", await _page.Post(
            "/query/delete", saved, ("name", "<b>mine</b> & co")), StringComparison.Ordinal);
        Assert.Equal(
            ["query sql 1 rows", "query sql 1 rows", "save_query <b>mine</b> & co saved",
                "delete_query <b>mine</b> & co deleted"],
            _page.Ledger.List(
                "select action || ' ' || subject || ' ' || substr(outcome, 1, 7) from operator_action order by id")
                .Select(one => one.Trim()));
    }

    [Fact]
    public async Task A_single_day_at_either_end_of_time_is_drawn_and_lines_are_saved_as_they_were_written()
    {
        var (_, page) = await _page.Get("/query");
        foreach (var day in (string[])["date '0001-01-01'", "date '9999-12-31'"])
        {
            page = await _page.Post("/query", page, ("_handler", "ask"), ("sql", $"select {day} d,\r\n 1 n"));
            Assert.Contains("1 row in ", page, StringComparison.Ordinal);
        }

        await _page.Post("/query/save", page, ("sql", "select 1,\r\n 2"), ("name", "lines"));
        Assert.Equal(["select 1,\n 2"], _page.Ledger.List("select sql from saved_query"));
    }

    [Fact]
    public async Task A_statement_that_is_refused_stays_in_its_box_with_the_reason_beside_it()
    {
        var (_, empty) = await _page.Get("/query?sql=drop%20view%20runs");
        Assert.Contains(">drop view runs</textarea>", empty, StringComparison.Ordinal);
        Assert.DoesNotContain("role=\"alert\"", empty, StringComparison.Ordinal);

        var refused = await Assert.ThrowsAnyAsync<Xunit.Sdk.XunitException>(
            () => _page.Post("/query", empty, ("_handler", "ask"), ("sql", "drop view runs")));

        Assert.Contains("400", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Only a select is run", refused.Message, StringComparison.Ordinal);
        Assert.Contains(">drop view runs</textarea>", refused.Message, StringComparison.Ordinal);
        using var none = await _page.Ledger.Client.PostAsync(
            "/query", new FormUrlEncodedContent([new("_handler", "ask"), new("sql", "select 1")]));
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
        Assert.Equal(["drop view runs"], _page.Ledger.List(
            "select json_extract(detail, '$.sql') from operator_action"));
    }

    [Fact]
    public async Task What_somebody_saved_only_he_changes_and_only_he_or_an_operator_deletes()
    {
        var saved = _page.Ledger.Services.GetRequiredService<SavedQueryActions>();
        Assert.Equal(SavedQuery.Saved, await saved.Save("n", "select 1", "oidc:ann", Stop));

        Assert.Equal(SavedQuery.Taken, await saved.Save("n", "select 2", "oidc:bob", Stop));
        Assert.Equal(SavedQuery.Changed, await saved.Save("n", "select 3", "oidc:ann", Stop));
        Assert.Equal(SavedQuery.Another, await saved.Delete("n", "oidc:bob", all: false, Stop));
        Assert.Equal(["select 3"], _page.Ledger.List("select sql from saved_query"));
        Assert.Equal(SavedQuery.Deleted, await saved.Delete("n", "oidc:bob", all: true, Stop));
        Assert.Equal(SavedQuery.Unnamed, SavedQuery.Fault("a\nb", "select 1"));
        Assert.Equal(SavedQuery.Empty, SavedQuery.Fault("a", " "));
    }

    [Fact]
    public async Task Who_may_not_ask_has_no_link_and_no_page()
    {
        var analyst = new TestKey("analyst", "read", "query");
        await using var ledger = await EmbeddedLedger.Start(TestKey.Settings(TestKey.Reader, analyst));

        Assert.Equal((HttpStatusCode.OK, false), await Ask("/runs", TestKey.Reader));
        Assert.Equal(HttpStatusCode.Forbidden, (await Ask("/query", TestKey.Reader)).Status);
        Assert.Equal((HttpStatusCode.OK, true), await Ask("/runs", analyst));
        Assert.Equal(HttpStatusCode.OK, (await Ask("/query", analyst)).Status);

        async Task<(HttpStatusCode Status, bool Linked)> Ask(string route, TestKey key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, route);
            request.Headers.Add("X-Api-Key", key.Text);
            using var answer = await ledger.Client.SendAsync(request, Stop);
            var text = await answer.Content.ReadAsStringAsync(Stop);
            return (answer.StatusCode, text.Contains("href=\"/query\"", StringComparison.Ordinal));
        }
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;
}
