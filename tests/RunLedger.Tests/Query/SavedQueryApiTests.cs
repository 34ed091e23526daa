using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RunLedger.Service.Query;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Query;

/// <summary>Saved statements for programs, and by the tool.</summary>
public sealed class SavedQueryApiTests
{
    // As many ask: a name that a path has to be packed for.
    const string Name = "failed / by day, 50 %";
    const string Route = "/api/query/saved/failed%20%2F%20by%20day%2C%2050%20%25";

    const string Other = "/api/Query/SAVED/failed%20%2F%20by%20day%2C%2050%20%25";

    static readonly TestKey Ann = new("ann", "query");
    static readonly TestKey Bob = new("bob", "query");
    static readonly TestKey Chief = new("chief", "query", "operate");

    [Fact]
    public async Task A_statement_is_saved_shown_changed_and_deleted_by_who_may_and_each_change_is_written_down()
    {
        await using var ledger = await EmbeddedLedger.Start(
            TestKey.Settings(Ann, Bob, Chief, TestKey.Reader, TestKey.Operator));

        Assert.Equal(HttpStatusCode.Created, (await Put(Ann, "select 1")).Status);
        var (status, one) = await Put(Ann, "select 2");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            (Name, "select 2", "key:ann"),
            (one.GetProperty("name").GetString(), one.GetProperty("sql").GetString(),
                one.GetProperty("savedBy").GetString()));
        Assert.Equal($"{one}", $"{(await Ask(Bob, HttpMethod.Get, Route)).Body}");
        Assert.Equal(
            $"{one}",
            $"{(await Ask(Bob, HttpMethod.Get, Other)).Body}");
        Assert.Equal(
            [$"{one}"],
            (await Ask(Bob, HttpMethod.Get, "/api/query/saved")).Body.GetProperty("items").EnumerateArray()
                .Select(item => $"{item}"));

        // Another's stays as it is, and who may only read, or only operate, sees none.
        Assert.Equal(HttpStatusCode.Conflict, (await Put(Bob, "select 3")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Ask(Bob, HttpMethod.Delete, Route)).Status);
        foreach (var other in (TestKey[])[TestKey.Reader, TestKey.Operator])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await Ask(other, HttpMethod.Get, "/api/query/saved")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await Put(other, "select 4")).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await Ask(other, HttpMethod.Delete, Route)).Status);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await Ask(Chief, HttpMethod.Delete, Route)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(Ann, HttpMethod.Delete, Route)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Ask(Ann, HttpMethod.Get, Route)).Status);
        Assert.Equal(
            [$"save_query {Name} key:ann select 1", $"save_query {Name} key:ann select 2",
                $"delete_query {Name} key:chief select 2"],
            ledger.List(
                """
                select action || ' ' || subject || ' ' || who || ' ' || json_extract(detail, '$.sql')
                from operator_action order by id
                """));

        // What cannot be saved says why.
        var route = $"/api/query/saved/{new string('n', 121)}";
        Assert.Contains("at most 120 characters", $"{(await Send(Ann, route, new { sql = "select 1" })).Body}",
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(Ann, "/api/query/saved/n", new { sql = " " })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Send(Ann, "/api/query/saved/n", new { text = "1" })).Status);

        Task<(HttpStatusCode Status, JsonElement Body)> Put(TestKey key, string sql) => Send(key, Route, new { sql });

        Task<(HttpStatusCode Status, JsonElement Body)> Send(TestKey key, string where, object body) =>
            Ask(key, HttpMethod.Put, where, JsonContent.Create(body));

        async Task<(HttpStatusCode Status, JsonElement Body)> Ask(
            TestKey key, HttpMethod method, string where, HttpContent? body = null)
        {
            using var request = new HttpRequestMessage(method, new Uri(ledger.Client.BaseAddress!, where));
            request.Content = body;
            request.Headers.Add("X-Api-Key", key.Text);
            using var answer = await ledger.Client.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return (answer.StatusCode, text.Length > 0 ? JsonElement.Parse(text) : default);
        }
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public void A_name_that_no_address_can_end_with_is_refused(string name)
    {
        Assert.Equal(SavedQuery.Unnamed, SavedQuery.Fault(name, "select 1"));
        Assert.Null(SavedQuery.Fault($"{name}.csv", "select 1"));
    }

    [Fact]
    public async Task The_tool_saves_a_statement_lists_asks_and_deletes_it()
    {
        await using var page = await OperatorPage.Open();
        string[] url = ["--url", $"{page.Ledger.Client.BaseAddress}"];

        var put = await ToolRun.Of(["queries", "put", Name, "select 40 + 2 as answer", .. url]);
        var list = await ToolRun.Of(["queries", "list", .. url]);
        var asked = await ToolRun.Of(["sql", "--saved", Name, "--csv", .. url]);
        var both = await ToolRun.Of(["sql", "select 1", "--saved", Name, .. url]);
        var deleted = await ToolRun.Of(["queries", "delete", Name, .. url]);
        var gone = await ToolRun.Of(["sql", "--saved", Name, .. url]);

        Assert.Equal((0, 0, 0, 2, 0, 1), (put.Code, list.Code, asked.Code, both.Code, deleted.Code, gone.Code));
        Assert.Matches("failed / by day, 50 % +select 40 \\+ 2 as answer +local ", list.Output);
        Assert.Equal("answer\r\n42\r\n", asked.Output);
        Assert.Contains("Give a STATEMENT, or --saved", both.Error, StringComparison.Ordinal);
        Assert.Contains($"no saved statement {Name}", gone.Error, StringComparison.Ordinal);
    }
}
