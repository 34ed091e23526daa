using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Incidents;

/// <summary>Rules and incidents over HTTP, by the tool and on the page.</summary>
public sealed class RuleEndpointTests : IAsyncLifetime
{
    static readonly string[] Ops = ["ops"];
    static readonly object[] Windows = [new { from = "08:00", to = "18:00" }];

    EmbeddedLedger _ledger = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _ledger = await EmbeddedLedger.Start("--Incidents:LookEvery", "1.00:00:00");
        using var put = await _ledger.Client.PutAsJsonAsync(
            "/api/channels/ops", new { kind = "webhook", address = "https://hooks.example.com/x" }, Token);
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task What_is_put_is_listed_changed_and_taken_away_and_each_is_written_down()
    {
        var hours = new { zone = "Europe/Berlin", windows = Windows };
        var (created, made) = await Put(
            "night", new { condition = "in_a_row", runs = 3, channels = Ops, hours });
        var (changed, _) = await Put("night", new { condition = "in_a_row", runs = 3, channels = Ops });
        var (alike, problem) = await Put("other", new { condition = "in_a_row", runs = 3, channels = Ops });
        using var used = await _ledger.Client.DeleteAsync("/api/channels/ops", Token);
        using var deleted = await _ledger.Client.DeleteAsync("/api/rules/night", Token);
        using var again = await _ledger.Client.DeleteAsync("/api/rules/night", Token);
        using var gone = await _ledger.Client.DeleteAsync("/api/channels/ops", Token);

        Assert.Equal(
            (HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Conflict), (created, changed, alike));
        Assert.Equal("00:01:00", made.GetProperty("hold").GetString());
        Assert.Equal("Europe/Berlin", made.GetProperty("hours").GetProperty("zone").GetString());
        Assert.StartsWith(
            "The rule night says the same already", problem.GetProperty("detail").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, used.StatusCode);
        Assert.Contains("night", await used.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal(
            (HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.NoContent),
            (deleted.StatusCode, again.StatusCode, gone.StatusCode));
        Assert.Equal(
            ["delete_channel deleted", "delete_rule deleted", "put_channel put", "put_rule armed", "put_rule changed"],
            _ledger.List("select action || ' ' || outcome from operator_action order by 1"));
    }

    [Theory]
    [InlineData("night", """{ "channels": ["ops"] }""", "condition is missing")]
    [InlineData("night", """{ "condition": "sad", "channels": ["ops"] }""", "in_a_row, rate, stuck")]
    [InlineData("night", """{ "condition": "failed" }""", "channels is missing")]
    [InlineData("night", """{ "condition": "failed", "channels": ["ops", "nowhere"] }""", "no channel nowhere")]
    [InlineData("night", """{ "condition": "in_a_row", "channels": ["ops"] }""", "runs is missing")]
    [InlineData("night", """{ "condition": "in_a_row", "runs": 1, "channels": ["ops"] }""", "send 2 to 1,000")]
    [InlineData("night", """{ "condition": "rate", "runs": 9, "channels": ["ops"] }""", "percent is missing")]
    [InlineData("night", """{ "condition": "rate", "percent": 101, "runs": 9, "channels": ["ops"] }""", "1 to 100")]
    [InlineData("night", """{ "condition": "rate", "percent": 10, "channels": ["ops"] }""", "one of runs and window")]
    [InlineData(
        "night", """{ "condition": "rate", "percent": 10, "window": "soon", "channels": ["ops"] }""",
        "window is 'soon'")]
    [InlineData("night", """{ "condition": "stuck", "runs": 3, "channels": ["ops"] }""", "leave it out")]
    [InlineData("night", """{ "condition": "behind", "candidate": "P", "channels": ["ops"] }""", "about the ledger")]
    [InlineData("night", """{ "condition": "failed", "hold": "-00:01:00", "channels": ["ops"] }""", "hold is")]
    [InlineData(
        "night",
        """
        { "condition": "failed", "channels": ["ops"], "hours": { "zone": "Mars/Olympus", "windows": [
          { "from": "08:00", "to": "18:00" } ] } }
        """,
        "'Mars/Olympus'")]
    [InlineData(
        "night",
        """
        { "condition": "failed", "channels": ["ops"], "hours": { "windows": [ { "from": "8", "to": "18:00" } ] } }
        """,
        "such as 08:30")]
    [InlineData(
        "night",
        """
        { "condition": "failed", "channels": ["ops"], "hours": { "windows": [
          { "days": ["funday"], "from": "08:00", "to": "18:00" } ] } }
        """,
        "mon, tue")]
    [InlineData(
        "night", """{ "condition": "failed", "channels": ["ops"], "holdTime": "1", "cand\u0000idate": "P" }""",
        "Not known here: holdTime, cand")]
    [InlineData(
        "night",
        """
        { "condition": "failed", "channels": ["ops"], "hours": { "windows": [
          { "from": "08:00", "to": "18:00", "day": ["mon"] } ] } }
        """,
        "Not known here: hours.windows.day. Send candidate, condition, runs, percent, window, channels, hours, hold.")]
    [InlineData("Night!", """{ "condition": "failed", "channels": ["ops"] }""", "small letters")]
    public async Task A_rule_that_cannot_be_is_refused_with_what_is_wrong(string name, string body, string says)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _ledger.Client.PutAsync($"/api/rules/{name}", content, Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Empty(_ledger.List("select name from incident_rule"));
    }

    [Fact]
    public async Task More_rules_and_channels_than_a_ledger_keeps_are_refused_and_those_there_are_can_be_changed()
    {
        _ledger.List(
            "insert into incident_rule (name, candidate, condition, hold_seconds, armed_at, armed_by, alike) values "
            + string.Join(", ", Enumerable.Range(0, 200).Select(
                n => $"('r{n}', 'P{n}', 'failed', 0, '2026-01-01T00:00:00.000000Z', 'anna', '{n}')")));
        _ledger.List(
            "insert into incident_channel (name, kind, settings, secrets, put_at, put_by) values "
            + string.Join(", ", Enumerable.Range(0, 99).Select(
                n => $"('c{n}', 'webhook', '{{}}', '{{}}', '2026-01-01T00:00:00.000000Z', 'anna')")));

        var (more, problem) = await Put("more", new { condition = "failed", channels = Ops });
        var (changed, _) = await Put("r7", new { condition = "failed", candidate = "P7", channels = Ops });
        using var channels = await _ledger.Client.PutAsJsonAsync(
            "/api/channels/more", new { kind = "webhook", address = "https://hooks.example.com/y" }, Token);
        using var known = await _ledger.Client.PutAsJsonAsync(
            "/api/channels/ops", new { kind = "webhook", address = "https://hooks.example.com/y" }, Token);

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.OK), (more, changed));
        Assert.StartsWith(
            "There are 200 rules already", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.OK), (channels.StatusCode, known.StatusCode));
    }

    [Fact]
    public async Task An_incident_shows_the_newest_of_its_messages_and_how_many_there_are_and_is_on_the_overview()
    {
        var id = Guid.CreateVersion7();
        // So that a look that is late ends nothing.
        _ledger.List(
            "insert into incident_rule (name, candidate, condition, hold_seconds, armed_at, armed_by, alike) "
            + "values ('night', '*', 'failed', 0, '2025-01-01T00:00:00.000000Z', 'anna', 'n')");
        _ledger.List(
            "insert into incident (incident_id, rule, condition, candidate, began_at, said, groups, told_groups, "
            + $"tellings, done) values ('{id}', 'night', 'failed', 'PROC-CAND:x', '2026-01-01T00:00:00.000000Z', "
            + "'A run failed.', '[]', '[]', 60, false)");
        _ledger.List(
            "insert into incident_delivery (delivery_id, incident_id, channel, chain, kind, body, created_at, due_at, "
            + "tried, delivered_at) values " + string.Join(", ", Enumerable.Range(0, 60).Select(
                n => $"('{Guid.CreateVersion7()}', '{id}', 'ops', '{id}', 'changed', '{{}}', "
                    + $"'2026-01-01T00:00:{n:00}.000000Z', '2026-01-01T00:00:00.000000Z', 1, "
                    + "'2026-01-01T00:00:00.000000Z')")));

        var incident = await _ledger.Client.GetFromJsonAsync<JsonElement>($"/api/incidents/{id}", Token);
        var messages = incident.GetProperty("messages").EnumerateArray()
            .Select(message => message.GetProperty("createdAt").GetDateTime().Second).ToList();
        Assert.Equal(Enumerable.Range(10, 50), messages);
        Assert.Equal(60, incident.GetProperty("messageCount").GetInt64());
        Assert.Contains(
            "The newest 50 of them", await _ledger.Client.GetStringAsync("/incidents", Token),
            StringComparison.Ordinal);
        Assert.Contains(
            "An incident lasts: PROC-CAND:x failed", await _ledger.Client.GetStringAsync("/", Token),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tool_puts_a_rule_lists_it_and_takes_it_away()
    {
        var url = _ledger.Client.BaseAddress!.ToString();
        var put = await ToolRun.Of(
            "rules", "put", "night", "--condition", "failed", "--channel", "ops", "--hours", "mon,fri:08:00-18:00",
            "--hold", "5m", "--url", url);
        var listed = await ToolRun.Of("rules", "list", "--url", url);
        var twice = await ToolRun.Of(
            "rules", "put", "other", "--condition", "failed", "--channel", "ops", "--hours", "mon,fri:08:00-18:00",
            "--url", url);
        var deleted = await ToolRun.Of("rules", "delete", "night", "--url", url);
        var incidents = await ToolRun.Of("incidents", "--lasting", "--url", url);

        Assert.Equal((0, 0, 1, 0, 0), (put.Code, listed.Code, twice.Code, deleted.Code, incidents.Code));
        Assert.Contains("night", listed.Output, StringComparison.Ordinal);
        Assert.Contains("The rule night says the same", twice.Error, StringComparison.Ordinal);
        Assert.Contains("Nothing lasts.", incidents.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Markup_in_a_candidate_is_text_on_the_page()
    {
        await Put("night", new { condition = "failed", candidate = "P<script>*", channels = Ops });

        var page = await _ledger.Client.GetStringAsync("/incidents", Token);

        Assert.Contains("P&lt;script&gt;*", page, StringComparison.Ordinal);
        Assert.DoesNotContain("P<script>", page, StringComparison.Ordinal);
    }

    async Task<(HttpStatusCode, JsonElement)> Put(string name, object body)
    {
        using var answer = await _ledger.Client.PutAsJsonAsync($"/api/rules/{name}", body, Token);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Token));
    }
}
