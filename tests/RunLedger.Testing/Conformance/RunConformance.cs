using System.Net;
using System.Text.Json;
using Xunit;

namespace RunLedger.Testing.Conformance;

public abstract class RunConformance(Provider provider) : ReadingSuite(provider)
{
    [Fact]
    public async Task A_run_is_its_columns_in_camelCase_with_evidence_as_JSON_and_without_the_fold()
    {
        const string Evidence = """{"from": {"RunStarted": {"value": [1.50, "ä"]}}}""";
        await Ledger.Execute($"""
            insert into process_run_observation
              (process_run_id, process_candidate_code, process_definition_code, correlation_id, parent_run_id, status,
               source_system, idempotency_key, input_ref, output_ref, error_ref, evidence_ref, started_at, ended_at,
               created_at, fold)
            values ('{Id(1)}', 'PROC-CAND:a', 'PROC:a', 'c/1', '{Id(7)}', 'step_completed', 'job_queue', 'k', 'in',
              'out', 'err', '{Evidence}', '2026-03-01T10:00:00.000001Z',
              '2026-03-01T10:00:01.500000Z', '2026-03-01T10:00:02.000000Z', {Ledger.Bytes([1])})
            """);

        var run = await Ledger.Get($"/api/runs/{Id(1)}");

        Assert.True(JsonElement.DeepEquals(run, JsonElement.Parse($$"""
            {"processRunId": "{{Id(1)}}", "processCandidateCode": "PROC-CAND:a", "processDefinitionCode": "PROC:a",
             "correlationId": "c/1", "parentRunId": "{{Id(7)}}", "status": "step_completed",
             "attempt": 1, "sourceSystem": "job_queue", "idempotencyKey": "k", "inputRef": "in", "outputRef": "out",
             "errorRef": "err", "evidenceRef": {{Evidence}}, "startedAt": "2026-03-01T10:00:00.000001Z",
             "endedAt": "2026-03-01T10:00:01.5Z", "createdAt": "2026-03-01T10:00:02Z",
             "archivedAt": null}
            """)), run.ToString());
    }

    [Fact]
    public async Task What_is_not_known_is_null()
    {
        await Ledger.Run(Id(1));

        var run = await Ledger.Get($"/api/runs/{Id(1)}");

        foreach (var name in new[] { "parentRunId", "evidenceRef", "startedAt", "endedAt", "errorRef" })
        {
            Assert.Equal(JsonValueKind.Null, run.GetProperty(name).ValueKind);
        }
    }

    [Fact]
    public async Task An_alias_answers_with_the_run_it_names()
    {
        await Ledger.Run(Id(1));
        await Ledger.Component(Id(50), Id(1), "2026-03-01T00:00:00.000000Z");
        await Ledger.Alias(Id(2), Id(1));

        Assert.Equal(Id(1), (await Ledger.Get($"/api/runs/{Id(2)}")).GetProperty("processRunId").GetGuid());
        Assert.Equal([Id(50)], (await Ledger.Pages($"/api/runs/{Id(2)}/components?", "componentRunId"))[0]);
        var tree = await Ledger.Get($"/api/runs/{Id(2)}/tree");
        Assert.Equal(Id(1), tree.GetProperty("run").GetProperty("processRunId").GetGuid());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/components")]
    [InlineData("/tree")]
    public async Task An_unknown_run_is_404_and_no_id_is_400(string part)
    {
        var unknown = await Ledger.Problem($"/api/runs/{Id(404)}{part}", HttpStatusCode.NotFound);
        var unreadable = await Ledger.Problem($"/api/runs/not-an-id{part}", HttpStatusCode.BadRequest);

        Assert.Contains(Id(404).ToString(), unknown.GetProperty("detail").GetString());
        Assert.Contains("UUID", unreadable.GetProperty("errors").GetProperty("id")[0].GetString());
    }

    [Fact]
    public async Task Components_come_in_the_order_they_started_and_the_unstarted_last_across_pages()
    {
        await Ledger.Run(Id(1));
        await Ledger.Run(Id(2));
        await Ledger.Component(Id(11), Id(1), null, "observed");
        await Ledger.Component(Id(12), Id(1), null, "observed");
        await Ledger.Component(Id(13), Id(1), null, "observed");
        await Ledger.Component(Id(14), Id(1), "2026-03-01T00:00:00.000002Z");
        await Ledger.Component(Id(16), Id(1), "2026-03-01T00:00:00.000001Z");
        await Ledger.Component(Id(15), Id(1), "2026-03-01T00:00:00.000001Z", "failed");
        await Ledger.Component(Id(20), Id(2), "2026-03-01T00:00:00.000001Z");

        var whole = await Ledger.Pages($"/api/runs/{Id(1)}/components?limit=500", "componentRunId");
        var single = await Ledger.Pages($"/api/runs/{Id(1)}/components?limit=1", "componentRunId");

        Assert.Equal([Id(15), Id(16), Id(14), Id(11), Id(12), Id(13)], Assert.Single(whole));
        Assert.Equal(whole[0], single.SelectMany(page => page));
        Assert.Equal(6, single.Count);
    }

    [Fact]
    public async Task Evidence_of_a_component_that_is_too_large_for_a_list_is_left_out_and_the_component_has_it()
    {
        var evidence = $$"""{"a": "{{new string('x', 5_000)}}"}""";
        await Ledger.Run(Id(1));
        await Ledger.Alias(Id(2), Id(1));
        await Ledger.Component(Id(11), Id(1), null);
        await Ledger.Component(Id(12), Id(1), null);
        await Ledger.Execute($"""
            update process_component_observation set evidence_ref = '{evidence}' where component_run_id = '{Id(11)}'
            """);

        var list = (await Ledger.Get($"/api/runs/{Id(1)}/components")).GetProperty("items");
        var alone = await Ledger.Get($"/api/runs/{Id(2)}/components/{Id(11)}");

        Assert.True(list[0].GetProperty("evidenceOmitted").GetBoolean());
        Assert.Equal(JsonValueKind.Null, list[0].GetProperty("evidenceRef").ValueKind);
        Assert.False(list[1].TryGetProperty("evidenceOmitted", out _));
        Assert.Equal(evidence, alone.GetProperty("evidenceRef").GetRawText());
        await Ledger.Problem($"/api/runs/{Id(1)}/components/{Id(404)}", HttpStatusCode.NotFound);
        await Ledger.Problem($"/api/runs/{Id(404)}/components/{Id(11)}", HttpStatusCode.NotFound);
        await Ledger.Problem($"/api/runs/{Id(1)}/components/no-id", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_cursor_of_one_run_is_refused_by_another()
    {
        await Ledger.Run(Id(1));
        await Ledger.Run(Id(2));
        await Ledger.Component(Id(11), Id(1), null);
        await Ledger.Component(Id(12), Id(1), null);
        var page = await Ledger.Get($"/api/runs/{Id(1)}/components?limit=1");
        var cursor = page.GetProperty("nextCursor").GetString();

        await Ledger.Problem($"/api/runs/{Id(2)}/components?cursor={cursor}", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_summary_adds_the_writers_up_and_shows_all_nine_statuses()
    {
        await Ledger.Execute("""
            insert into run_status_count (writer, status, runs)
            values (1, 'started', 7), (2, 'started', -3), (1, 'completed', 3000000000)
            """);

        var summary = await Ledger.Get("/api/summary");

        var counts = summary.GetProperty("byStatus").EnumerateObject()
            .ToDictionary(c => c.Name, c => c.Value.GetInt64());
        Assert.Equal(9, counts.Count);
        Assert.Equal((4, 3_000_000_000, 0), (counts["started"], counts["completed"], counts["stuck"]));
        Assert.Equal(3_000_000_004, summary.GetProperty("total").GetInt64());
    }
}
