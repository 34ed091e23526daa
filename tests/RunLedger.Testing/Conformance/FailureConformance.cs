using System.Net;
using System.Text.Json;
using RunLedger.Folding;

namespace RunLedger.Testing.Conformance;

public abstract class FailureConformance(Provider provider) : ReadingSuite(provider)
{
    static readonly DateTime Now = Some.Noon.UtcDateTime;

    [Fact]
    public async Task Failures_that_differ_only_in_ids_are_one_group_and_show_their_trend()
    {
        await Failed(1, minutesAgo: 10, error: "order 4711 not found");
        await Failed(2, minutesAgo: 30, error: "order 12 not found");
        await Failed(3, minutesAgo: 90, error: "order 13 not found");
        await Failed(4, minutesAgo: 26 * 60, error: "order 14 not found");
        await Failed(5, minutesAgo: 20, error: "no answer");
        await Failed(6, minutesAgo: 20, error: "order 1 not found", candidate: "PROC-CAND:b");

        var groups = await Groups();

        Assert.Equal(3, groups.Count);
        var first = groups[0];
        Assert.Equal("order # not found", first.GetProperty("error").GetString());
        Assert.Equal("PROC-CAND:a", first.GetProperty("candidate").GetString());
        Assert.Equal(JsonValueKind.Null, first.GetProperty("component").ValueKind);
        Assert.Equal((3, 2, 1), (Int(first, "count"), Int(first, "lastHour"), Int(first, "hourBefore")));
        var trend = first.GetProperty("trend").EnumerateArray().Select(hour => hour.GetInt64()).ToList();
        Assert.Equal([.. Enumerable.Repeat(0L, 22), 1, 2], trend);
        Assert.Equal(Id(1), first.GetProperty("exampleRunId").GetGuid());
        Assert.Equal("order 4711 not found", first.GetProperty("exampleError").GetString());
    }

    [Fact]
    public async Task Components_are_groups_of_their_own_by_dot_code_or_role_with_the_candidate_of_their_run()
    {
        await Ledger.Run(Id(1), candidate: "PROC-CAND:a");
        await FailedComponent(11, Id(1), "dot_kg", "verifier", "x 1");
        await FailedComponent(12, Id(1), "dot_kg", "verifier", "x 2");
        await FailedComponent(13, Id(1), null, "producer", "x 3");
        await FailedComponent(14, Id(1), null, null, null);

        var groups = (await Groups()).ToDictionary(
            group => group.GetProperty("component").GetString()!,
            group => (
                Int(group, "count"),
                group.GetProperty("candidate").GetString(),
                group.GetProperty("error").GetString()));

        Assert.Equal((2, "PROC-CAND:a", "x #"), groups["dot_kg"]);
        Assert.Equal((1, "PROC-CAND:a", "x #"), groups["producer"]);
        Assert.Equal((1, "PROC-CAND:a", ""), groups[""]);
    }

    [Fact]
    public async Task A_run_that_failed_with_the_error_of_its_component_is_told_once_by_the_component()
    {
        await Failed(1, minutesAgo: 9, error: "load: relation orders does not exist");
        await FailedComponent(11, Id(1), "load", null, "relation orders does not exist");
        await Failed(2, minutesAgo: 9, error: "relation orders does not exist");
        await FailedComponent(12, Id(2), "load", null, "relation orders does not exist, in line 7");
        await Failed(3, minutesAgo: 9, error: "exit 1");
        await FailedComponent(13, Id(3), "load", null, "exit 1");

        var groups = await Groups();

        Assert.Equal(["load", "load", "load"], groups.Select(group => group.GetProperty("component").GetString()));
        Assert.Equal((3, 3), (groups.Sum(group => Int(group, "count")), groups.Sum(group => Int(group, "runsFailed"))));
    }

    [Fact]
    public async Task A_run_whose_error_does_not_tell_of_its_component_stands_beside_it()
    {
        // Another text, a text that stands in it by chance, none at all, and the component of another run.
        await Failed(1, minutesAgo: 9, error: "the workflow gave up");
        await FailedComponent(11, Id(1), "load", null, "relation orders does not exist");
        await Failed(2, minutesAgo: 9, error: "exit 137");
        await FailedComponent(12, Id(2), "load", null, "137");
        await Failed(3, minutesAgo: 9, error: "");
        await FailedComponent(13, Id(3), "load", null, null);
        await Failed(4, minutesAgo: 9, error: "the database said no to us");
        await Ledger.Run(Id(5));
        await FailedComponent(14, Id(5), "load", null, "the database said no to us");

        var groups = await Groups();

        Assert.Equal(8, groups.Sum(group => Int(group, "count")));
        Assert.Equal(
            4,
            groups.Where(group => group.GetProperty("component").ValueKind == JsonValueKind.Null)
                .Sum(group => Int(group, "runsFailed")));
        Assert.Equal(4, groups.Sum(group => Int(group, "runsFailed")));
    }

    [Fact]
    public async Task Of_several_attempts_with_one_error_the_last_is_told_to_have_ended_the_run()
    {
        await Failed(1, minutesAgo: 5, error: "no room on the device");
        await FailedComponent(11, Id(1), "load", null, "no room on the device");
        await FailedComponent(12, Id(1), "load", null, "no room on the device");

        var group = Assert.Single(await Groups());

        Assert.Equal((2, 1), (Int(group, "count"), Int(group, "runsFailed")));
    }

    [Fact]
    public async Task Since_cuts_what_is_counted_and_not_the_trend()
    {
        await Failed(1, minutesAgo: 10, error: "e");
        await Failed(2, minutesAgo: 90, error: "e");
        await Failed(3, minutesAgo: 90, error: "other");
        await Failed(4, minutesAgo: 60 * 24 * 5, error: "e");

        var hour = Assert.Single(await Groups($"?since={LedgerTime.Text(Now.AddMinutes(-60))}"));
        var week = await Groups($"?since={LedgerTime.Text(Now.AddDays(-7))}");

        Assert.Equal((1, 1, 1), (Int(hour, "count"), Int(hour, "lastHour"), Int(hour, "hourBefore")));
        Assert.Equal(3, Int(week[0], "count"));
        await Ledger.Problem("/api/failures?since=yesterday", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_is_known_of_says_by_whom_and_shows_that_it_failed_again()
    {
        await Failed(1, minutesAgo: 30, error: "e");
        var fingerprint = (await Groups())[0].GetProperty("fingerprint").GetString();
        await Ledger.Execute($"""
            insert into failure_group (fingerprint, acknowledged_at, acknowledged_by, acknowledged_until, note,
              noted_at, noted_by)
            values ('{fingerprint}', '{At(20)}', 'ann', '{At(20)}', 'disk full', '{At(20)}', 'bob')
            """);

        var known = Assert.Single(await Groups());
        await Failed(2, minutesAgo: 10, error: "e");
        var again = Assert.Single(await Groups());

        Assert.Equal(
            ("ann", "disk full", "bob", false),
            (known.GetProperty("acknowledgedBy").GetString(), known.GetProperty("note").GetString(),
                known.GetProperty("notedBy").GetString(), known.GetProperty("failedAgain").GetBoolean()));
        Assert.True(again.GetProperty("failedAgain").GetBoolean());
    }

    [Fact]
    public async Task The_grid_has_components_against_runs_and_the_last_attempt_of_each()
    {
        await Ledger.Run(Id(1), "2026-03-01T00:00:00.000000Z", "failed", candidate: "PROC-CAND:g");
        await Ledger.Run(Id(2), "2026-03-01T01:00:00.000000Z", candidate: "PROC-CAND:g");
        await Ledger.Run(Id(3), "2026-03-01T02:00:00.000000Z", candidate: "PROC-CAND:other");
        await Part(11, Id(1), "load", "failed", "00:00:10", "00:00:20");
        await Part(12, Id(1), "load", "step_completed", "00:00:30", "00:00:33");
        await Part(13, Id(1), "extract", "step_completed", "00:00:01", "00:00:02.5");
        await Part(14, Id(2), "extract", "started", "01:00:01", null);

        var grid = await Ledger.Get("/api/grid?candidate=PROC-CAND:g");

        Assert.Equal(
            [Id(2), Id(1)],
            grid.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("processRunId").GetGuid()));
        Assert.Equal(
            ["extract: started/null/1 step_completed/1.5/1", "load: - step_completed/3/2"],
            grid.GetProperty("rows")
                .EnumerateArray()
                .Select(row => row.GetProperty("component").GetString() + ": " + string.Join(
                    ' ', row.GetProperty("cells").EnumerateArray().Select(cell => cell.ValueKind == JsonValueKind.Null
                        ? "-"
                        : $"{cell.GetProperty("status").GetString()}/{cell.GetProperty("seconds").GetRawText()}/"
                            + $"{Int(cell, "attempts")}"))));
        Assert.Single(
            (await Ledger.Get("/api/grid?candidate=PROC-CAND:g&runs=1")).GetProperty("runs").EnumerateArray());
        await Ledger.Problem("/api/grid", HttpStatusCode.BadRequest);
        await Ledger.Problem("/api/grid?candidate=a&runs=101", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_overview_counts_minutes_failures_and_replicas()
    {
        await Failed(1, minutesAgo: 10, error: "e");
        await Failed(2, minutesAgo: 90, error: "e");
        await Ledger.Execute($"""
            insert into ledger_replica (name, version, started_at, seen_at, commits, committed_at, lag_ms)
            values ('one', '1', '{At(60)}', '{At(0)}', 5, '{At(5)}', 1500),
              ('two', '1', '{At(60)}', '{At(2)}', 7, '{At(1)}', 20)
            """);
        await Ledger.Rejected(Id(9), [1]);
        await Ledger.Execute(
            "insert into run_status_count (writer, status, runs) "
            + "values (1, 'started', 2), (2, 'step_started', 3), (2, 'stuck', 1)");

        var overview = await Ledger.Get("/api/overview");

        Assert.Equal((1, 1), (Int(overview, "failedLastHour"), Int(overview, "failedHourBefore")));
        Assert.Equal((5, 1, 1), (Int(overview, "running"), Int(overview, "stuck"), Int(overview, "rejectedOpen")));
        Assert.Equal(0.02, overview.GetProperty("freshness").GetProperty("lagSeconds").GetDouble());
        Assert.Equal(
            ["one True", "two False"],
            overview.GetProperty("replicas")
                .EnumerateArray()
                .Select(r => $"{r.GetProperty("name")} {r.GetProperty("alive")}")
                .Order());
        var minutes = overview.GetProperty("minutes").EnumerateArray().ToList();
        Assert.Equal(60, minutes.Count);
        Assert.Equal((1, 1), (minutes.Sum(m => Int(m, "started")), minutes.Sum(m => Int(m, "finished"))));
        Assert.Equal((1, 1), (Int(minutes[^11], "finished"), Int(minutes[^32], "started")));
        Assert.Equal(1, Int(minutes[^11].GetProperty("outcomes"), "failed"));
        var hours = overview.GetProperty("hours").EnumerateArray()
            .Select(hour => Int(hour.GetProperty("outcomes"), "failed")).ToList();
        Assert.Equal(24, hours.Count);
        Assert.Equal(2, hours.Sum());
        Assert.Equal((1, 1), (hours[^2], hours[^3]));
        Assert.Equal(JsonValueKind.Null, overview.GetProperty("countedSince").ValueKind);
        Assert.Empty(overview.GetProperty("queues").EnumerateArray());
    }

    [Fact]
    public async Task The_latest_changes_are_new_and_settled_runs_newest_first()
    {
        await Failed(1, minutesAgo: 10, error: "e");
        await Failed(2, minutesAgo: 5, error: "e");

        var items = (await Ledger.Get("/api/activity?limit=3")).GetProperty("items").EnumerateArray().ToList();

        Assert.Equal(
            [$"settled {Id(2)} failed", $"settled {Id(1)} failed", $"new {Id(2)} failed"],
            items.Select(i => $"{i.GetProperty("what")} {i.GetProperty("processRunId")} {i.GetProperty("status")}"));
    }

    /// <summary>It began a minute over twenty before it ended.</summary>
    async Task Failed(int id, int minutesAgo, string error, string candidate = "PROC-CAND:a")
    {
        await Ledger.Run(Id(id), At(minutesAgo + 21), "failed", candidate: candidate);
        await Ledger.Execute($"""
            update process_run_observation set ended_at = '{At(minutesAgo)}', settled_at = '{At(minutesAgo)}',
              error_ref = '{error}'
            where process_run_id = '{Id(id)}'
            """);
    }

    async Task FailedComponent(int id, Guid run, string? dot, string? role, string? error)
    {
        await Ledger.Component(Id(id), run, null, "failed");
        await Ledger.Execute($"""
            update process_component_observation set ended_at = '{At(10)}', dot_code = {Literal(dot)},
              component_role = {Literal(role)},
              error_ref = {Literal(error)} where component_run_id = '{Id(id)}'
            """);
    }

    async Task Part(int id, Guid run, string dot, string status, string from, string? to)
    {
        await Ledger.Component(Id(id), run, Time(from), status);
        await Ledger.Execute($"""
            update process_component_observation
              set ended_at = {Literal(to is null ? null : Time(to))}, dot_code = '{dot}'
            where component_run_id = '{Id(id)}'
            """);
    }

    async Task<List<JsonElement>> Groups(string query = "") =>
        [.. (await Ledger.Get($"/api/failures{query}")).GetProperty("items").EnumerateArray()];

    static string Time(string time) => LedgerTime.Text(DateTime.Parse($"2026-03-01T{time}Z", null).ToUniversalTime());

    static string At(int minutesAgo) => LedgerTime.Text(Now.AddMinutes(-minutesAgo));

    static int Int(JsonElement json, string name) => json.GetProperty(name).GetInt32();

    static string Literal(string? text) => text is null ? "null" : $"'{text}'";
}
