using System.Net;
using System.Text;
using RunLedger.IntegrationTests.Support;
using RunLedger.IntegrationTests.Support.Databases;
using RunLedger.IntegrationTests.Support.Ledgers;

namespace RunLedger.IntegrationTests.Assistants;

/// <summary>Assistants ask a ledger whose role may write no row.</summary>
public sealed class ReadOnlyRoleTests
{
    const string Run = "01900000-0000-7000-8000-000000000001", Other = "01900000-0000-7000-8000-000000000002";

    static readonly (string Tool, string Arguments)[] Calls =
    [
        ("what_is_wrong_now", "{}"), ("find_runs", "{}"), ("failures", "{}"), ("expected", "{}"),
        ("explain_run", $$"""{"run": "{{Run}}"}"""),
        ("compare_runs", $$"""{"run": "{{Run}}", "against": "{{Other}}"}"""),
        ("dossier", """{"candidate": "PROC-CAND:dot:kg"}"""),
        ("sql", """{"sql": "select status, count(*) from runs group by all"}"""),
    ];

    [Fact]
    public async Task Every_tool_answers_where_nothing_can_be_written_and_the_service_s_log_has_each_call()
    {
        await using var database = await TestDatabase.Create(applySchema: true);
        await using var ledger = await LedgerProcess.Start(
            database.ServiceConnectionString, new Uri("amqp://nobody"), new() { ["ConnectionStrings__RabbitMq"] = "" });
        foreach (var run in (string[])[Run, Other])
            await Begin(ledger, run);
        await Ask(ledger, "find_runs", "{}");
        Assert.Equal(["find_runs"], await database.List("select subject from operator_action"));

        await database.Execute(
            "revoke insert, update, delete, truncate on all tables in schema public from run_ledger_writer");
        foreach (var (tool, arguments) in Calls)
            await Ask(ledger, tool, arguments);

        Assert.Equal(["find_runs"], await database.List("select subject from operator_action"));
        await Eventually.Async(
            () => Task.FromResult<string?>(Calls.FirstOrDefault(call => !Said(ledger, call.Tool)).Tool),
            TimeSpan.FromSeconds(10), () => ledger.Output);
    }

    static bool Said(LedgerProcess ledger, string tool) => ledger.Everything.Contains(
        $"so this line has it: ask of {tool} by local", StringComparison.Ordinal);

    static async Task Begin(LedgerProcess ledger, string run)
    {
        var (status, _, body) = await ledger.Post("/api/observations", $$"""
            {"type":"RunStarted","processRunId":"{{run}}","processCandidateCode":"PROC-CAND:dot:kg",
             "correlationId":"c","sourceSystem":"dot_runtime","occurredAt":"{{TimeProvider.System.GetUtcNow():O}}"}
            """);
        Assert.True(status == 202, body);
    }

    static async Task Ask(LedgerProcess ledger, string tool, string arguments)
    {
        using var client = new HttpClient { BaseAddress = ledger.Url };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp");
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        request.Content = new StringContent(
            $$$"""
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
             "params": {"name": "{{{tool}}}", "arguments": {{{arguments}}}}}
            """,
            Encoding.UTF8, "application/json");

        using var answer = await client.SendAsync(request);

        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{tool}: {answer.StatusCode} {body}");
        Assert.Contains("structuredContent", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"isError\":true", body, StringComparison.Ordinal);
    }
}
