using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using RunLedger.Testing;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Channels;

/// <summary>What goes out through each kind of channel, to real receivers, and what is known of channels.</summary>
public sealed class ChannelTests : IAsyncLifetime
{
    const string Key = "a key that is long enough";

    static readonly string[] Anna = ["a@example.com"];
    static readonly string[] Bert = ["b@example.com"];

    EmbeddedLedger _ledger = null!;
    Receiver _receiver = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _receiver = await Receiver.Start();
        _ledger = await EmbeddedLedger.Start(
            "--Outward:AllowedNetworks:0", "127.0.0.0/8", "--Outward:TimeLimit", "00:00:01",
            "--Outward:PublicAddress", "https://ledger.example.com/", "--Incidents:LookEvery", "1.00:00:00");
    }

    public async ValueTask DisposeAsync()
    {
        await _ledger.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_webhook_is_signed_over_its_id_its_time_and_its_body_and_has_an_idempotency_key()
    {
        await Put("hook", new { kind = "webhook", address = $"{_receiver.Address}/in?token=s3cr3t-t0ken", key = Key });

        var answer = await Test("hook");

        Assert.True(answer.GetProperty("delivered").GetBoolean(), $"{answer}");
        var sent = Assert.Single(_receiver.Requests);
        var id = sent.Headers["webhook-id"];
        var signed = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(Key),
            Encoding.UTF8.GetBytes($"{id}.{sent.Headers["webhook-timestamp"]}.{sent.Body}"));
        Assert.Equal($"v1,{Convert.ToBase64String(signed)}", sent.Headers["webhook-signature"]);
        Assert.Equal(id, sent.Headers["idempotency-key"]);
        using var body = JsonDocument.Parse(sent.Body);
        Assert.Equal("incident.test", body.RootElement.GetProperty("type").GetString());
        Assert.StartsWith(
            "https://ledger.example.com/incidents#i-",
            body.RootElement.GetProperty("data").GetProperty("incidentLink").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slack_Teams_and_PagerDuty_are_sent_what_they_take()
    {
        await Put("slack", new { kind = "slack", address = $"{_receiver.Address}/slack" });
        await Put("teams", new { kind = "teams", address = $"{_receiver.Address}/teams" });
        await Put("duty", new { kind = "pagerduty", address = $"{_receiver.Address}/duty", routingKey = "r0uting" });
        await Test("slack");
        await Test("teams");
        await Test("duty");

        var bodies = _receiver.Requests.ToDictionary(
            sent => sent.Path, sent => JsonDocument.Parse(sent.Body).RootElement);
        Assert.Equal("Test of the channel slack", bodies["/slack"].GetProperty("text").GetString());
        Assert.Equal(
            "plain_text",
            bodies["/slack"].GetProperty("blocks")[1].GetProperty("text").GetProperty("type").GetString());
        var card = bodies["/teams"].GetProperty("attachments")[0].GetProperty("content");
        Assert.Equal("AdaptiveCard", card.GetProperty("type").GetString());
        Assert.Equal("TextRun", card.GetProperty("body")[0].GetProperty("inlines")[0].GetProperty("type").GetString());
        Assert.Equal("r0uting", bodies["/duty"].GetProperty("routing_key").GetString());
        Assert.Equal("trigger", bodies["/duty"].GetProperty("event_action").GetString());
        Assert.StartsWith(
            "run-ledger/", bodies["/duty"].GetProperty("dedup_key").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secrets_are_taken_and_shown_nowhere()
    {
        _receiver.Answer = async (http, _) =>
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            await http.Response.WriteAsync("Cannot POST /services/T0000/B0000secretpath with k3y-of-somebody");
        };
        var (_, made) = await Put("slack", new
        {
            kind = "slack",
            address = $"{_receiver.Address}/services/T0000/B0000secretpath",
        });
        await Put("hook", new { kind = "webhook", address = $"{_receiver.Address}/B0000secretpath", key = Key });
        var tested = await Test("slack");
        var texts = new[]
        {
            $"{made}", $"{tested}", await _ledger.Client.GetStringAsync("/api/channels", Token),
            await _ledger.Client.GetStringAsync("/api/actions", Token),
            await _ledger.Client.GetStringAsync("/incidents", Token),
            await _ledger.Client.GetStringAsync("/api/channels/hook", Token),
        };

        Assert.All(texts, text => Assert.DoesNotContain("secretpath", text, StringComparison.OrdinalIgnoreCase));
        Assert.All(texts, text => Assert.DoesNotContain(Key, text, StringComparison.Ordinal));
        Assert.StartsWith(
            "It answered 404: Cannot POST ***", tested.GetProperty("said").GetString(), StringComparison.Ordinal);
        Assert.Contains("\"state\":\"failing\"", texts[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_channel_that_is_put_again_is_as_broken_as_it_was_until_it_is_put_otherwise()
    {
        _receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        var hook = new { kind = "webhook", address = $"{_receiver.Address}/in", key = Key };
        await Put("hook", hook);
        await Test("hook");

        await Put("hook", hook);
        Assert.Equal("failing", await State());
        await Put("hook", new { hook.kind, address = $"{_receiver.Address}/elsewhere", hook.key });
        Assert.Equal("new", await State());

        async Task<string?> State() =>
            (await _ledger.Client.GetFromJsonAsync<JsonElement>("/api/channels/hook", Token))
                .GetProperty("state").GetString();
    }

    [Fact]
    public async Task A_secret_that_is_not_sent_is_kept_unless_it_would_go_to_another_server()
    {
        var mail = new
        {
            kind = "mail",
            host = "mail.example.com",
            user = "ledger",
            password = "p4ssw0rd",
            from = "l@example.com",
            to = Anna,
        };
        await Put("mail", mail);

        var (kept, _) = await Put("mail", new { mail.kind, mail.host, mail.user, mail.from, to = Bert });
        var (moved, problem) = await Put(
            "mail", new { mail.kind, host = "mail.evil.example", mail.user, mail.from, mail.to });

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (kept, moved));
        Assert.Contains("user and password go together", $"{problem}", StringComparison.Ordinal);
        Assert.Equal(
            ["p4ssw0rd b@example.com"],
            _ledger.List("select secrets ->> 'password' || ' ' || (settings -> 'to' ->> 0) from incident_channel"));
    }

    [Fact]
    public async Task A_receiver_that_sends_on_answers_without_end_or_not_at_all_is_a_failure_that_says_so()
    {
        await Put("hook", new { kind = "webhook", address = $"{_receiver.Address}/in" });
        _receiver.Answer = (http, _) =>
        {
            http.Response.Redirect("http://127.0.0.1:9/elsewhere");
            return Task.CompletedTask;
        };
        Assert.StartsWith("It answered 302", await Said(), StringComparison.Ordinal);

        _receiver.Answer = async (http, _) =>
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            var block = new byte[64 * 1024];
            Array.Fill(block, (byte)'x');
            for (var sent = 0; sent < 160; sent++)
                await http.Response.Body.WriteAsync(block);
        };
        Assert.Equal($"It answered 500: {new string('x', 200)}…", await Said());

        _receiver.Answer = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted)
            .ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal("It did not answer within 1 seconds.", await Said());

        async Task<string?> Said() => (await Test("hook")).GetProperty("said").GetString();
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_refused()
    {
        await using var secure = await Receiver.Start(withBadCertificate: true);
        await Put("hook", new { kind = "webhook", address = $"{secure.Address}/in" });

        var answer = await Test("hook");

        Assert.StartsWith(
            "Its certificate is refused:", answer.GetProperty("said").GetString(), StringComparison.Ordinal);
        Assert.Empty(secure.Requests);
    }

    [Fact]
    public async Task This_machine_is_not_called_unless_somebody_allows_it()
    {
        await using var strict = await EmbeddedLedger.Start("--Incidents:LookEvery", "1.00:00:00");
        foreach (var (name, address) in new[]
        {
            ("name", _receiver.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)),
            ("loopback", _receiver.Address), ("metadata", "http://169.254.169.254/latest"),
            ("mapped", "http://[::ffff:127.0.0.1]/"), ("decimal", "http://2130706433/"),
        })
        {
            using var put = await strict.Client.PutAsJsonAsync(
                $"/api/channels/{name}", new { kind = "webhook", address }, Token);
            using var test = await strict.Client.PostAsync($"/api/channels/{name}/test", null, Token);
            var said = (await test.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("said").GetString();
            Assert.Contains("Outward__AllowedNetworks__0", said, StringComparison.Ordinal);
        }

        Assert.Empty(_receiver.Requests);
    }

    [Fact]
    public async Task A_secret_is_found_by_a_name_that_is_meant_for_it_and_by_no_other()
    {
        var (other, _) = await Put("hook", new { kind = "webhook", address = "env:PATH" });
        var (outside, _) = await Put("hook", new { kind = "webhook", address = "file:../../etc/passwd" });
        var (named, made) = await Put("hook", new { kind = "webhook", address = "env:RUNLEDGER_SECRET_NOT_THERE" });

        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.Created), (other, outside, named));
        Assert.Equal("env:RUNLEDGER_SECRET_NOT_THERE", made.GetProperty("address").GetString());
        Assert.Equal(
            "The variable RUNLEDGER_SECRET_NOT_THERE is not set where the ledger runs.",
            (await Test("hook")).GetProperty("said").GetString());
    }

    [Theory]
    [InlineData("""{ "address": "https://x.example" }""", "kind is missing")]
    [InlineData("""{ "kind": "pigeon" }""", "webhook, slack, teams, mail, pagerduty")]
    [InlineData("""{ "kind": "webhook" }""", "address is missing")]
    [InlineData("""{ "kind": "slack", "address": "ftp://x.example" }""", "no http or https address")]
    [InlineData("""{ "kind": "slack", "address": "https://a:b@x.example" }""", "has a login in it")]
    [InlineData("""{ "kind": "webhook", "address": "https://x.example", "key": "short" }""", "less than 16 bytes")]
    [InlineData("""{ "kind": "pagerduty" }""", "routingKey is missing")]
    [InlineData("""{ "kind": "mail", "host": "h", "from": "nobody", "to": ["a@b.c"] }""", "from is missing or no mail")]
    [InlineData("""{ "kind": "mail", "host": "h", "from": "a@b.c", "to": [] }""", "to is missing")]
    [InlineData("""{ "kind": "mail", "host": "h", "port": 0, "from": "a@b.c", "to": ["a@b.c"] }""", "port is 0")]
    [InlineData(
        """
        { "kind": "mail", "host": "h", "from": "a@b.c", "to": ["a@b.c"], "user": "u", "password": "p",
          "security": "none" }
        """,
        "that anybody can read")]
    [InlineData("[]", "no JSON object")]
    public async Task A_channel_that_cannot_be_is_refused_with_what_is_wrong(string body, string says)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _ledger.Client.PutAsync("/api/channels/ops", content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Empty(_ledger.List("select name from incident_channel"));
    }

    async Task<(HttpStatusCode, JsonElement)> Put(string name, object body)
    {
        using var answer = await _ledger.Client.PutAsJsonAsync($"/api/channels/{name}", body, Token);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Token));
    }

    async Task<JsonElement> Test(string name)
    {
        using var answer = await _ledger.Client.PostAsync($"/api/channels/{name}/test", null, Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Token);
    }
}
