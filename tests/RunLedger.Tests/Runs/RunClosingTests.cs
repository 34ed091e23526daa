using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Contracts;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Runs;

/// <summary>What operators and owners do to runs by hand.</summary>
public sealed class RunClosingTests : IAsyncLifetime
{
    static readonly DateTimeOffset Start = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    readonly Guid _run = Guid.CreateVersion7();
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await EmbeddedLedger.Start();
        await Observe("RunStarted", Start);
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Theory]
    [InlineData("cancelled", "")]
    [InlineData("failed", "closed by ops: hangs")]
    public async Task A_run_ends_as_it_was_closed_and_says_by_whom_and_why(string status, string error)
    {
        var (code, _) = await Close($$"""{"status":"{{status}}","reason":"hangs","by":"ops"}""");

        var run = await Run();
        Assert.Equal(202, code);
        Assert.Equal((status, error), (run["status"]!.ToString(), run["errorRef"]?.ToString() ?? ""));
        Assert.Contains("\"closedBy\":\"ops\"", run["evidenceRef"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.NotNull(run["endedAt"]);
        Assert.Equal(
            [$$"""close {{_run}} local hangs closed as {{status}} {"status":"{{status}}","by":"ops"}"""],
            _ledger.List("select concat_ws(' ', action, subject, who, reason, outcome, detail) from operator_action"));
    }

    [Fact]
    public async Task Of_a_run_that_was_tried_again_the_last_attempt_is_closed()
    {
        await Observe("RunStarted", Start.AddMinutes(1), attempt: 2);

        await Close("""{"status":"failed","reason":"hangs","by":"ops"}""");

        var run = await Run();
        Assert.Equal(("failed", "2"), (run["status"]!.ToString(), run["attempt"]!.ToString()));
        Assert.Null(run["evidenceRef"]!["warnings"]);
    }

    [Fact]
    public async Task An_earlier_end_that_its_producer_reports_later_still_counts_and_the_closing_is_a_conflict()
    {
        await Close("""{"status":"cancelled","reason":"hangs","by":"ops"}""");

        await Observe("RunCompleted", Start.AddMinutes(1));

        var run = await Run();
        Assert.Equal("completed", run["status"]!.ToString());
        Assert.StartsWith(
            "also reported cancelled", run["evidenceRef"]!["conflicts"]![0]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_ended_cannot_be_closed()
    {
        await Observe("RunCompleted", Start.AddMinutes(1));

        var (code, body) = await Close("""{"status":"cancelled","reason":"hangs","by":"ops"}""");

        Assert.Equal(409, code);
        Assert.Contains("ended completed at 2026-11-01T12:01:00.000000Z", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"status":"completed","reason":"r","by":"b"}""", "status is missing or unknown")]
    [InlineData("""{"reason":"r","by":"b"}""", "status is missing or unknown")]
    [InlineData("""{"status":"failed","reason":" ","by":"b"}""", "reason is missing")]
    [InlineData("""{"status":"failed","reason":"r"}""", "by is missing")]
    [InlineData("""{"status":"failed","reason":"a\u0000b","by":"b"}""", "NUL")]
    [InlineData("""{"status":"failed","reason":"a","by":"b\u0000"}""", "NUL")]
    [InlineData("""{"status":1""", "no JSON object")]
    [InlineData("null", "status is missing")]
    [InlineData("", "no JSON object")]
    public async Task What_cannot_be_taken_says_why_and_closes_nothing(string body, string reason)
    {
        var (code, answer) = await Close(body);

        Assert.Equal(400, code);
        Assert.Contains(reason, answer, StringComparison.Ordinal);
        Assert.Equal("started", (await Run())["status"]!.ToString());
    }

    [Fact]
    public async Task An_unknown_run_is_404_and_no_id_is_400()
    {
        const string Body = """{"status":"failed","reason":"r","by":"b"}""";

        Assert.Equal(404, (await Close(Body, $"{Guid.CreateVersion7()}")).Status);
        Assert.Equal(400, (await Close(Body, "run-1")).Status);
    }

    [Fact]
    public async Task The_policies_that_count_can_be_read()
    {
        await using var ledger = await EmbeddedLedger.Start(
            "--RunLedger:Deadlines:Policies:0:Candidate",
            "PROC-CAND:dot:*",
            "--RunLedger:Deadlines:Policies:0:Quiet",
            "00:02:00",
            "--RunLedger:Deadlines:SweepEvery",
            "00:00:05");

        var policies = await ledger.Client.GetFromJsonAsync<JsonNode>(
            "/api/policies", TestContext.Current.CancellationToken);

        Assert.Equal(
            """
            {"items":[{"candidate":"PROC-CAND:dot:*","start":null,"run":null,"quiet":"00:02:00","orphanGrace":null},{"candidate":"*","start":"00:10:00","run":"01:00:00","quiet":null,"orphanGrace":"00:05:00"}],"sweepEvery":"00:00:05"}
            """,
            policies!.ToJsonString());
    }

    [Fact]
    public async Task A_definition_can_be_made_known_over_HTTP()
    {
        var (status, _) = await Post(
            "/api/observations",
            """
            {"type":"ProcessDefined","processCandidateCode":"P","processDefinitionCode":"PROC:p","occurredAt":"2026-11-01T12:00:00Z"}
            """);

        Assert.Equal(202, status);
        Assert.Equal("PROC:p", (await Run())["processDefinitionCode"]!.ToString());
    }

    Task<(int Status, string Body)> Close(string body, string? id = null) =>
        Post($"/api/runs/{id ?? _run.ToString()}/close", body);

    async Task Observe(string type, DateTimeOffset at, int? attempt = null)
    {
        var (status, body) = await Post("/api/observations", new JsonObject
        {
            ["type"] = type,
            ["processRunId"] = _run,
            ["processCandidateCode"] = "P",
            ["correlationId"] = "c",
            ["sourceSystem"] = SourceSystems.DotRuntime,
            ["occurredAt"] = at,
            ["attempt"] = attempt,
        }.ToJsonString());
        Assert.True(status == 202, body);
    }

    async Task<JsonNode> Run() =>
        (await _ledger.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{_run}", TestContext.Current.CancellationToken))!;

    async Task<(int Status, string Body)> Post(string route, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _ledger.Post(route, content);
    }
}
