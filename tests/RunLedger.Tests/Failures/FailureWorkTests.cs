using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Failures;

/// <summary>What people say of failures.</summary>
public sealed class FailureWorkTests : IAsyncLifetime
{
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync()
    {
        _ledger = await EmbeddedLedger.Start();
        await Fail("order 1 not found");
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task A_group_is_known_of_until_it_fails_again_and_what_was_said_is_written_down()
    {
        var fingerprint = (await Group())["fingerprint"]!.ToString();

        Assert.Equal(204, await Post($"/api/failures/{fingerprint}/acknowledge", """{"note":"on it"}"""));
        var known = await Group();
        await Fail("order 2 not found");
        var again = await Group();

        Assert.Equal(
            ("local", "on it", "local", false),
            (
                known["acknowledgedBy"]!.ToString(),
                known["note"]!.ToString(),
                known["notedBy"]!.ToString(),
                (bool)known["failedAgain"]!));
        Assert.Equal((2, true), ((int)again["count"]!, (bool)again["failedAgain"]!));
        Assert.Equal(
            [$"acknowledge {fingerprint} on it acknowledged"],
            _ledger.List("select concat_ws(' ', action, subject, reason, outcome) from operator_action"));
    }

    [Fact]
    public async Task A_note_takes_the_place_of_the_last_one_and_an_empty_one_takes_it_away()
    {
        var fingerprint = (await Group())["fingerprint"]!.ToString();

        Assert.Equal(204, await Post($"/api/failures/{fingerprint}/note", """{"note":"one"}"""));
        Assert.Equal(204, await Post($"/api/failures/{fingerprint}/note", """{"note":"two"}"""));
        Assert.Equal("two", (await Group())["note"]!.ToString());
        Assert.Equal(204, await Post($"/api/failures/{fingerprint}/note", """{"note":""}"""));

        Assert.Null((await Group())["note"]);
        Assert.Null((await Group())["acknowledgedAt"]);
    }

    [Fact]
    public async Task An_unknown_group_is_404_and_a_note_has_to_be_one()
    {
        Assert.Equal(404, await Post("/api/failures/0123456789abcdef/acknowledge", ""));
        Assert.Equal(404, await Post("/api/failures/0123456789abcdef/note", """{"note":"n"}"""));
        Assert.Equal(400, await Post("/api/failures/0123456789abcdef/note", "{}"));
        Assert.Equal(
            400, await Post("/api/failures/0123456789abcdef/note", $$"""{"note":"{{new string('x', 2_001)}}"}"""));
        Assert.Empty(_ledger.List("select id from operator_action"));
    }

    [Fact]
    public async Task What_an_operator_sends_is_shown_by_example()
    {
        var document = (await _ledger.Client.GetFromJsonAsync<JsonNode>(
            "/openapi/v1.json", TestContext.Current.CancellationToken))!;

        foreach (var path in (string[])
            [
                "/api/rejected/{id}/resend",
                "/api/rejected/resend",
                "/api/rejected/{id}/discard",
                "/api/failures/{fingerprint}/note",
            ])
        {
            var post = document["paths"]![path]!["post"]!;
            Assert.NotNull(post["requestBody"]!["content"]!["application/json"]!["example"]);
            Assert.NotEmpty(post["summary"]!.ToString());
        }

        Assert.NotNull(
            document[
                "paths"]!["/api/failures"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["example"]);
    }

    async Task<JsonNode> Group() => Assert.Single(
        (await _ledger.Client.GetFromJsonAsync<JsonNode>(
            "/api/failures", TestContext.Current.CancellationToken))!["items"]!.AsArray())!;

    async Task Fail(string error)
    {
        using var content = new StringContent(
            new JsonObject
            {
                ["type"] = "RunFailed",
                ["processRunId"] = Guid.CreateVersion7(),
                ["processCandidateCode"] = "P",
                ["correlationId"] = "c",
                ["sourceSystem"] = "dot_runtime",
                ["errorRef"] = error,
                ["occurredAt"] = TimeProvider.System.GetUtcNow(),
            }.ToJsonString(),
            Encoding.UTF8, "application/json");
        Assert.Equal(202, (await _ledger.Post("/api/observations", content)).Status);
    }

    async Task<int> Post(string route, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return (await _ledger.Post(route, content)).Status;
    }
}
