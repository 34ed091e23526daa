using System.Text.Json;

namespace RunLedger.Testing.Conformance;

/// <summary>Lists that reach back into the archive where they are asked to.</summary>
public abstract class ArchivedListsConformance(Provider provider) : ReadingSuite(provider)
{
    [Fact]
    public async Task A_list_has_archived_runs_where_it_is_asked_for_them_in_one_order_and_says_when_they_left()
    {
        await Runs();

        Assert.Equal(
            [Id(5), Id(3), Id(1)], (await Ledger.Pages("/api/runs?", "processRunId")).SelectMany(page => page));
        foreach (var limit in (int[])[1, 2, 50])
        {
            Assert.Equal(
                [Id(6), Id(5), Id(4), Id(3), Id(2), Id(1)],
                (await Ledger.Pages($"/api/runs?archived=true&limit={limit}&", "processRunId"))
                    .SelectMany(page => page));
        }

        var items = (await Ledger.Get("/api/runs?archived=true&limit=2")).GetProperty("items");
        Assert.Equal("2026-05-01T00:00:00Z", items[0].GetProperty("archivedAt").GetString());
        Assert.Equal(6, items[0].GetProperty("evidenceRef").GetProperty("n").GetInt32());
        Assert.Equal(JsonValueKind.Null, items[1].GetProperty("archivedAt").ValueKind);
    }

    [Fact]
    public async Task A_page_of_newer_runs_ends_where_it_was_asked_to_over_both_tables()
    {
        await Runs();
        var first = await Ledger.Get("/api/runs?archived=true&limit=3");
        var second = await Ledger.Get(
            $"/api/runs?archived=true&limit=3&cursor={first.GetProperty("nextCursor").GetString()}");

        var back = await Ledger.Get(
            $"/api/runs?archived=true&limit=3&before={second.GetProperty("prevCursor").GetString()}");

        Assert.Equal([Id(6), Id(5), Id(4)], Ids(back));
        Assert.Equal([Id(3), Id(2), Id(1)], Ids(second));
    }

    [Fact]
    public async Task Filters_and_search_reach_back()
    {
        await Runs();
        await Ledger.Execute(
            $"insert into process_run_key (idempotency_key, process_run_id) values ('the-key', '{Id(4)}')");

        await Are("status=failed", Id(6), Id(5));
        await Are("candidate=PROC-CAND:even", Id(6), Id(4), Id(2));
        await Are("correlationId=c/2", Id(2));
        await Are("until=2026-03-03", Id(2), Id(1));
        await Are($"q={Id(4)}", Id(4));
        await Are($"q={Id(104)}", Id(4));
        await Are("q=the-key", Id(4));
        await Are("q=c/2", Id(2));
        await Are("q=even", Id(6), Id(4), Id(2));
        await Are("q=PROC-CAND:even", Id(6), Id(4), Id(2));
        await Ledger.Execute($"update process_component_archive set queue_job_id = '{Id(200)}' "
            + $"where component_run_id = '{Id(102)}'");
        await Are($"q={Id(200)}", Id(2));
        foreach (var (table, run) in (IEnumerable<(string, int)>)
            [("process_run_archive", 4), ("process_run_observation", 3)])
        {
            const string Evidence = """{"from": {"RunStarted": {"value": {"version": "1.2"}}}}""";
            await Ledger.Execute(
                $"update {table} set evidence_ref = '{Evidence}' where process_run_id = '{Id(run)}'");
        }

        await Are("version=1.2", Id(4), Id(3));
        await Are("version=1.2&candidate=PROC-CAND:even", Id(4));
        Assert.Equal([Id(3)], Ids(await Ledger.Get("/api/runs?version=1.2")));
        Assert.Empty(Ids(await Ledger.Get($"/api/runs?q={Id(4)}")));

        async Task Are(string filter, params Guid[] runs) =>
            Assert.Equal(runs, Ids(await Ledger.Get($"/api/runs?archived=true&{filter}")));
    }

    [Fact]
    public async Task An_export_and_the_grid_reach_back()
    {
        await Runs();

        var lines = (await Ledger.Client.GetStringAsync(
            "/api/runs/export?format=ndjson&archived=true", TestContext.Current.CancellationToken))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var grid = await Ledger.Get("/api/grid?candidate=PROC-CAND:even&archived=true");

        Assert.Equal(6, lines.Length);
        Assert.Contains("\"archivedAt\":\"2026-05-01T00:00:00Z\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"evidenceRef\":{\"n\":", lines[0], StringComparison.Ordinal);
        Assert.Equal(3, grid.GetProperty("runs").GetArrayLength());
        Assert.Equal(
            Id(104),
            grid.GetProperty("rows")[0].GetProperty("cells")[1].GetProperty("componentRunId").GetGuid());
        Assert.Equal(
            0, (await Ledger.Get("/api/grid?candidate=PROC-CAND:even")).GetProperty("runs").GetArrayLength());
    }

    [Fact]
    public async Task Candidates_and_their_figures_reach_back()
    {
        await Runs();
        await Ledger.Execute(
            $"update process_run_archive set created_at = '{Today}T00:00:00.000000Z' where process_run_id = '{Id(6)}'");

        var all = (await Ledger.Get("/api/candidates?archived=true")).GetProperty("items");
        var one = await Ledger.Get("/api/candidates/PROC-CAND:even?archived=true");
        var odd = await Ledger.Get("/api/candidates/PROC-CAND:odd?archived=true");

        Assert.Equal(
            ["PROC-CAND:odd"],
            (await Ledger.Get("/api/candidates")).GetProperty("items").EnumerateArray().Select(Code));
        Assert.Equal(["PROC-CAND:even", "PROC-CAND:odd"], all.EnumerateArray().Select(Code));
        Assert.Equal(Id(6), all[0].GetProperty("newestRun").GetProperty("processRunId").GetGuid());
        Assert.Equal(3, all[0].GetProperty("runs").GetInt32());
        Assert.Equal(1, all[0].GetProperty("figures").GetProperty("counted").GetInt32());
        Assert.Equal(3, one.GetProperty("runs").GetInt32());
        Assert.Equal(1, one.GetProperty("figures").GetProperty("outcomes").GetProperty("failed").GetInt32());
        Assert.Equal(1, one.GetProperty("components").GetArrayLength());
        Assert.Equal(
            [Id(6), Id(4), Id(2)],
            one.GetProperty("recentRuns").EnumerateArray().Select(run => run.GetProperty("processRunId").GetGuid()));
        Assert.Equal(3, odd.GetProperty("runs").GetInt32());
        using var none = await Ledger.Client.GetAsync(
            "/api/candidates/PROC-CAND:even", TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)none.StatusCode);

        static string Code(JsonElement candidate) => candidate.GetProperty("candidate").GetString()!;
    }

    static string Today => $"{Some.Noon:yyyy-MM-dd}";

    [Theory]
    [InlineData("/api/runs?archived=perhaps", "archived")]
    [InlineData("/api/candidates?archived=perhaps", "archived")]
    [InlineData("/api/runs?archived=true&unlike=slow", "leave out archived=true, or unlike")]
    public async Task What_archived_may_be_is_said(string address, string says)
    {
        using var answer = await Ledger.Client.GetAsync(address, TestContext.Current.CancellationToken);

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Contains(
            says, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    // Of six runs those with even numbers are archived.
    async Task Runs()
    {
        for (var n = 1; n <= 6; n++)
        {
            await Ledger.Run(
                Id(n), $"2026-03-0{n}T00:00:00.000000Z", n > 4 ? "failed" : "completed",
                candidate: n % 2 == 0 ? "PROC-CAND:even" : "PROC-CAND:odd", correlation: $"c/{n}",
                evidence: $"{{\"n\": {n}}}");
            await Ledger.Component(Id(100 + n), Id(n), "2026-03-01T00:00:00.000000Z");
        }

        foreach (var (archive, table) in (IEnumerable<(string, string)>)
            [
                ("process_component_archive", "process_component_observation"),
                ("process_run_archive", "process_run_observation"),
            ])
        {
            var even = $"from {table} where process_run_id in ('{Id(2)}', '{Id(4)}', '{Id(6)}')";
            var columns = table.Contains("component", StringComparison.Ordinal)
                ? "component_run_id, process_run_id, correlation_id, status, source_system, started_at, created_at"
                : "process_run_id, process_candidate_code, correlation_id, status, source_system, evidence_ref, "
                    + "created_at, fold";
            await Ledger.Execute($"insert into {archive} ({columns}, archived_at) "
                + $"select {columns}, '2026-05-01T00:00:00.000000Z' {even}");
            await Ledger.Execute($"delete {even}");
        }
    }

    static IEnumerable<Guid> Ids(JsonElement page) =>
        page.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("processRunId").GetGuid());
}
