using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Contracts;
using RunLedger.Service.Rejected;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Rejected;

/// <summary>What was rejected is sent again, or discarded, and its row says what became of it.</summary>
public sealed class RejectedWorkTests : IAsyncLifetime
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly Guid _run = Guid.CreateVersion7();
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start();

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task What_is_sent_again_as_it_was_is_rejected_again_and_open()
    {
        var id = await Reject();

        var outcome = await Post($"/api/rejected/{id}/resend");

        Assert.Equal("open", outcome["state"]!.ToString());
        Assert.Contains("sourceSystem", outcome["reason"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(["rejected again"], _ledger.List("select outcome from operator_action where action = 'resend'"));
        Assert.Empty(_ledger.List("select process_run_id from process_run_observation"));
    }

    [Fact]
    public async Task What_is_corrected_is_taken_and_the_row_keeps_both_and_says_who_and_why()
    {
        var id = await Reject();

        var outcome = await Post(
            $"/api/rejected/{id}/resend", new JsonObject { ["payload"] = Started(), ["reason"] = "a typing error" });

        Assert.Equal(("resent", null), (outcome["state"]!.ToString(), outcome["reason"]?.ToString()));
        Assert.Equal("started", (await Get($"/api/runs/{_run}"))["status"]!.ToString());
        var row = await Get($"/api/rejected/{id}");
        Assert.Equal("nobody", row["payload"]!["sourceSystem"]!.ToString());
        Assert.Contains("dot_runtime", row["corrected"]!.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            ("resent", "local", "a typing error", "committed", outcome["actionId"]!.ToString()),
            (
                row["state"]!.ToString(),
                row["handledBy"]!.ToString(),
                row["handledReason"]!.ToString(),
                row["outcome"]!.ToString(),
                row["actionId"]!.ToString()));
        var action = (await Get("/api/actions"))["items"]![0]!;
        Assert.Equal(
            ("resend", $"{id}", "resent", "local"),
            (
                action["action"]!.ToString(),
                action["subject"]!.ToString(),
                action["outcome"]!.ToString(),
                action["who"]!.ToString()));
    }

    [Fact]
    public async Task What_was_sent_once_is_not_sent_again()
    {
        var id = await Reject();
        await Post($"/api/rejected/{id}/resend", new JsonObject { ["payload"] = Started() });

        var outcome = await Post($"/api/rejected/{id}/resend");

        Assert.Equal(("resent", null), (outcome["state"]!.ToString(), outcome["actionId"]?.ToString()));
        Assert.Single(_ledger.List("select id from operator_action"));
    }

    [Fact]
    public async Task A_row_whose_process_died_between_sending_and_saying_so_is_sent_again_and_counts_once()
    {
        var id = await Reject();
        await Post($"/api/rejected/{id}/resend", new JsonObject { ["payload"] = Started() });
        var before = await Get($"/api/runs/{_run}");
        // As the process left it: the observation is committed, the row and the action are not ended.
        _ledger.List("update rejected_observation set state = 'resending', claimed_at = "
            + "'2026-01-01T00:00:00.000000Z', outcome = null");
        _ledger.List("update operator_action set outcome = null");

        await Until("select state from rejected_observation", "resent");

        Assert.Equal(["resent"], _ledger.List("select outcome from operator_action"));
        Assert.Equal(before.ToJsonString(), (await Get($"/api/runs/{_run}")).ToJsonString());
    }

    [Fact]
    public async Task A_group_is_sent_again_in_slices_by_the_service_and_what_is_still_wrong_stays_open()
    {
        // One reason, 250 rows; a third of them will do once the run they are about is back.
        var runs = Enumerable.Range(0, 250).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var part in runs.Chunk(100))
        {
            await Observe(new JsonArray([.. part.Select(run => Started(run, "nobody"))]));
        }

        // What a newer version of the validator takes: here the stored payload is mended in its place.
        _ledger.List("update rejected_observation set payload = cast(replace(payload, 'nobody', "
            + "'dot_runtime') as blob) where rejected_id < '55'");
        var mended = int.Parse(
            _ledger.List("select cast(count(*) as text) from rejected_observation where rejected_id < '55'")[0], null);
        var group = (await Get("/api/rejected/groups"))["items"]![0]!;
        Assert.Equal(250, (int)group["count"]!);

        var work = await Post(
            "/api/rejected/resend",
            new JsonObject { ["fingerprint"] = group["fingerprint"]!.ToString(), ["reason"] = "mended" },
            202);

        await Until(
            "select outcome from operator_action where action = 'resend_group'",
            $"resent {mended}, rejected again {250 - mended}");
        var detail = (await Get($"/api/actions/{work["actionId"]}"))["detail"]!;
        Assert.Equal((250, 250 - mended), ((int)detail["done"]!, (int)detail["failed"]!));
        Assert.Equal(mended, _ledger.List("select process_run_id from process_run_observation").Count);
        Assert.Equal(
            [$"open {250 - mended}", $"resent {mended}"],
            _ledger.List("select state || ' ' || count(*) from rejected_observation group by state order by 1"));
        Assert.Equal(250 - mended, (int)(await Get("/api/rejected/groups"))["items"]![0]!["count"]!);
    }

    [Fact]
    public async Task Work_on_a_group_that_a_process_left_goes_on_where_it_was()
    {
        await Observe(
            new JsonArray([.. Enumerable.Range(0, 30).Select(_ => Started(Guid.CreateVersion7(), "nobody"))]));
        var ids = _ledger.List(
            "select rejected_id from rejected_observation order by rejected_at desc, rejected_id desc");
        var at = _ledger.List($"select rejected_at from rejected_observation where rejected_id = '{ids[9]}'")[0];
        var action = Guid.CreateVersion7();
        // It had discarded the first ten, and said so.
        _ledger.List("update rejected_observation set state = 'discarded' "
            + $"where rejected_id in ('{string.Join("', '", ids[..10])}')");
        _ledger.List($$"""
            insert into operator_action (id, at, who, action, subject, reason, detail)
              values ('{{action}}', '2026-01-01T00:00:00.000000Z', 'ops',
              'discard_group', 'all', 'rubbish', '{"done":10,"failed":0,"at":"{{at}}","after":"{{ids[9]}}"}')
            """);

        await Until($"select outcome from operator_action where id = '{action}'", "discarded 30");

        Assert.Equal(
            ["ops rubbish 20"],
            _ledger.List("""
                select handled_by || ' ' || handled_reason || ' ' || count(*) from rejected_observation
                where state = 'discarded' and handled_by is not null group by handled_by, handled_reason
                """));
    }

    [Fact]
    public async Task A_row_is_discarded_with_a_reason_and_may_still_be_sent_again()
    {
        var id = await Reject();

        Assert.Contains(
            "reason is missing", (await Post($"/api/rejected/{id}/discard", status: 400))["detail"]!.ToString(),
            StringComparison.Ordinal);
        var discarded = await Post($"/api/rejected/{id}/discard", new JsonObject { ["reason"] = "a test" });
        Assert.Empty((await Get("/api/rejected/groups"))["items"]!.AsArray());
        var resent = await Post($"/api/rejected/{id}/resend", new JsonObject { ["payload"] = Started() });

        Assert.Equal(("discarded", "resent"), (discarded["state"]!.ToString(), resent["state"]!.ToString()));
        Assert.Equal(
            ["discard a test", "resend "],
            _ledger.List("select action || ' ' || coalesce(reason, '') from operator_action order by at"));
    }

    [Fact]
    public async Task What_the_ledger_rejects_after_its_validator_goes_back_to_its_own_row()
    {
        // The validator lets it in, and then its run turns out to be archived.
        var id = await Reject();
        _ledger.List($"""
            insert into process_run_archive (process_run_id, process_candidate_code, correlation_id, status,
              source_system, created_at, archived_at)
            values ('{_run}', 'P', 'c', 'completed', 'dot_runtime', '2026-01-01T00:00:00.000000Z',
              '2026-01-01T00:00:00.000000Z')
            """);

        var outcome = await Post($"/api/rejected/{id}/resend", new JsonObject { ["payload"] = Started() });

        Assert.Equal("open", outcome["state"]!.ToString());
        Assert.Contains("is archived", outcome["reason"]!.ToString(), StringComparison.Ordinal);
        Assert.Single(_ledger.List("select rejected_id from rejected_observation"));
    }

    [Theory]
    [InlineData("""{"fingerprint":"a","all":true}""", "either fingerprint")]
    [InlineData("{}", "either fingerprint")]
    [InlineData("[]", "no JSON object")]
    [InlineData("null", "is null")]
    public async Task What_to_send_again_has_to_be_said(string body, string why)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var (status, answer) = await _ledger.Post("/api/rejected/resend", content);

        Assert.Equal(400, status);
        Assert.Contains(why, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_row_is_404_and_no_id_is_400()
    {
        await Post($"/api/rejected/{Guid.CreateVersion7()}/resend", status: 404);
        await Post($"/api/rejected/{Guid.CreateVersion7()}/discard", new JsonObject { ["reason"] = "r" }, 404);
        await Post("/api/rejected/x/resend", status: 400);
        Assert.Empty(_ledger.List("select id from operator_action"));
    }

    JsonObject Started(Guid? run = null, string source = SourceSystems.DotRuntime) => new()
    {
        ["type"] = "RunStarted",
        ["processRunId"] = run ?? _run,
        ["processCandidateCode"] = "P",
        ["correlationId"] = "c",
        ["sourceSystem"] = source,
        ["occurredAt"] = "2026-11-01T12:00:00Z",
    };

    async Task<string> Reject()
    {
        await Observe(Started(source: "nobody"));
        return Assert.Single(_ledger.List("select rejected_id from rejected_observation"));
    }

    async Task Observe(JsonNode body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        await _ledger.Post("/api/observations", content);
    }

    async Task<JsonNode> Post(string route, JsonObject? body = null, int status = 200)
    {
        using var content = new StringContent(body?.ToJsonString() ?? "", Encoding.UTF8, "application/json");
        var (code, answer) = await _ledger.Post(route, content);
        Assert.True(code == status, $"{code} {answer}");
        return JsonNode.Parse(answer)!;
    }

    async Task<JsonNode> Get(string route) =>
        (await _ledger.Client.GetFromJsonAsync<JsonNode>(route, TestContext.Current.CancellationToken))!;

    async Task Until(string sql, string expected)
    {
        var worker = _ledger.Services.GetRequiredService<RejectedActions>();
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < Limit;)
        {
            if (_ledger.List(sql).SequenceEqual([expected]))
                return;
            await worker.Work(TestContext.Current.CancellationToken);
        }

        Assert.Equal([expected], _ledger.List(sql));
    }
}
