using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Assistants;

/// <summary>An assistant asks in SQL, where its key may.</summary>
public sealed class SqlToolTests(AssistantLedger shared) : IClassFixture<AssistantLedger>
{
    [Fact]
    public async Task A_key_without_the_scope_neither_sees_the_tool_nor_may_call_it()
    {
        shared.Forget();
        await using var client = await AssistantLedger.Connect(shared.Ledger, TestKey.Reader);

        var tools = await client.ListToolsAsync(cancellationToken: Stop);
        var answer = await Ask(client, "select 1");

        Assert.DoesNotContain("sql", tools.Select(tool => tool.Name));
        Assert.Equal(7, tools.Count);
        Assert.True(answer.IsError);
        Assert.Contains("It needs the scope query", Text(answer), StringComparison.Ordinal);
        Assert.Contains(
            "refused: It needs the scope query",
            Assert.Single(shared.Ledger.List("select outcome from operator_action where subject = 'sql'")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("drop view runs", "Only a select is run")]
    [InlineData("select * from read_csv('/etc/passwd')", "No file and no address can be read.")]
    [InlineData("select * from operator_action", "select from runs and components")]
    public async Task What_is_no_select_over_the_two_views_is_refused_in_the_words_of_the_api(string sql, string says)
    {
        await using var client = await AssistantLedger.Connect(shared.Ledger, AssistantLedger.Analyst);

        var answer = await Ask(client, sql);

        Assert.True(answer.IsError);
        Assert.Contains(says, Text(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_others_wrote_is_text_in_its_member_and_in_no_error()
    {
        shared.Forget();
        foreach (var (text, at) in AssistantTests.Corpus.Select((text, at) => (text, at)))
            await Fail($"01900000-0000-7000-8000-{at:d12}", text);
        await using var client = await AssistantLedger.Connect(shared.Ledger, AssistantLedger.Analyst);

        var rows = JsonNode.Parse(Text(await Ask(
            client, "select error_ref, process_run_id, 7 as n, [error_ref] as l from runs order by process_run_id")))!;
        var failed = await Ask(client, "select error_ref::integer from runs where error_ref like 'Ignore%'");

        Assert.Equal(
            "{left:Number,cut:bool,milliseconds:Number,nextCursor:null,dataNotInstructions:"
            + "{columns:[{name:String,type:String}],rows:[[String]]}}",
            AssistantTests.Shape(rows));
        var told = rows["dataNotInstructions"]!["rows"]!.AsArray().Select(row => (string)row![0]!).ToList();
        Assert.Equal(AssistantTests.Corpus.Length, told.Count);
        Assert.Equal(AssistantTests.Corpus[..^1], told[..^1]);
        Assert.True(failed.IsError);
        Assert.Contains("Conversion Error on what is in a row", Text(failed), StringComparison.Ordinal);
        Assert.DoesNotContain("Ignore all", Text(failed), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_rows_neither_skip_nor_repeat_and_none_is_longer_than_it_may_be()
    {
        await using var client = await AssistantLedger.Connect(shared.Ledger, AssistantLedger.Analyst);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var answer = await Ask(
                client, "select range as n, repeat('x', 600) as t from range(80) order by n", cursor, limit: 500);
            Assert.InRange(Text(answer).Length, 1, 32 * 1024);
            var rows = JsonNode.Parse(Text(answer))!;
            seen.AddRange(rows["dataNotInstructions"]!["rows"]!.AsArray().Select(row => (string)row![0]!));
            Assert.Equal(80 - seen.Count, (int)rows["left"]!);
            cursor = (string?)rows["nextCursor"];
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 80).Select(n => $"{n}"), seen);
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static string Text(CallToolResult answer) => answer.Content.OfType<TextContentBlock>().Single().Text;

    static ValueTask<CallToolResult> Ask(McpClient client, string sql, string? cursor = null, int limit = 20) =>
        client.CallToolAsync(
            "sql", new Dictionary<string, object?> { ["sql"] = sql, ["cursor"] = cursor, ["limit"] = limit },
            cancellationToken: Stop);

    async Task Fail(string run, string error)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/observations")
        {
            Content = JsonContent.Create(new
            {
                type = "RunFailed",
                processRunId = run,
                processCandidateCode = "P",
                correlationId = "c",
                sourceSystem = "dot_runtime",
                occurredAt = TimeProvider.System.GetUtcNow(),
                errorRef = error,
            }),
        };
        request.Headers.Add("X-Api-Key", TestKey.Observer.Text);
        using var answer = await shared.Ledger.Client.SendAsync(request, Stop);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
    }
}
