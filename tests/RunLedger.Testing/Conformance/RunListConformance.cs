using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace RunLedger.Testing.Conformance;

public abstract class RunListConformance(Provider provider) : ReadingSuite(provider)
{
    [Fact]
    public async Task Runs_are_listed_newest_first_and_the_id_decides_between_runs_of_one_microsecond()
    {
        await Ledger.Run(Id(1), "2026-03-01T00:00:00.000002Z");
        await Ledger.Run(Id(3), "2026-03-01T00:00:00.000001Z");
        await Ledger.Run(Id(2), "2026-03-01T00:00:00.000001Z");
        await Ledger.Run(Id(4), "2026-03-01T00:00:01.000000Z");

        var pages = await Ledger.Pages("/api/runs?limit=50", "processRunId");

        Assert.Equal([Id(4), Id(1), Id(3), Id(2)], Assert.Single(pages));
    }

    [Theory]
    [InlineData("limit=7")]
    [InlineData("limit=7&status=failed,completed")]
    [InlineData("limit=7&candidate=PROC-CAND:a&since=2026-03-01&until=2026-03-02")]
    public async Task Pages_hold_every_run_once_and_only_the_last_has_no_cursor(string query)
    {
        for (var number = 1; number <= 21; number++)
        {
            await Ledger.Run(
                Id(number), $"2026-03-01T00:00:00.00000{number / 6}Z", number % 3 == 0 ? "failed" : "completed");
        }

        var pages = await Ledger.Pages($"/api/runs?{query}", "processRunId");

        Assert.Equal([7, 7, 7], pages.Select(page => page.Count));
        Assert.Equal(Enumerable.Range(1, 21).Reverse().Select(Id), pages.SelectMany(page => page));
    }

    [Fact]
    public async Task A_run_that_arrives_between_two_pages_moves_nothing()
    {
        for (var number = 1; number <= 4; number++)
        {
            await Ledger.Run(Id(number), $"2026-03-01T00:00:0{number}.000000Z");
        }
        var first = await Ledger.Get("/api/runs?limit=2");
        await Ledger.Run(Id(9), "2026-03-01T00:00:09.000000Z");

        var second = await Ledger.Get($"/api/runs?limit=3&cursor={first.GetProperty("nextCursor").GetString()}");

        Assert.Equal([Id(2), Id(1)], Ids(second));
    }

    [Theory]
    [InlineData("status=failed", 2)]
    [InlineData("status=failed,stuck", 3, 2)]
    [InlineData("status=stuck&status=failed", 3, 2)]
    [InlineData("status=cancelled")]
    [InlineData("candidate=PROC-CAND:b", 3)]
    [InlineData("correlationId=k%2F1", 1)]
    [InlineData("source=workflow_engine", 2)]
    [InlineData("since=2026-03-02", 3, 2)]
    [InlineData("until=2026-03-02T00:00:00Z", 1)]
    [InlineData("since=2026-03-02T02:00:00%2B02:00&until=2026-03-02T00:00:00.0000011Z", 2)]
    [InlineData("status=failed&candidate=PROC-CAND:b")]
    [InlineData("status=&candidate=&since=&limit=&cursor=&parentRunId=&color=red", 3, 2, 1)]
    public async Task A_filter_shows_what_it_names(string query, params int[] runs)
    {
        await Ledger.Run(Id(1), "2026-03-01T23:59:59.999999Z", "completed", correlation: "k/1");
        await Ledger.Run(Id(2), "2026-03-02T00:00:00.000000Z", "failed", source: "workflow_engine");
        await Ledger.Run(Id(3), "2026-03-02T00:00:00.000001Z", "stuck", candidate: "PROC-CAND:b");

        Assert.Equal(runs.Select(Id), Ids(await Ledger.Get($"/api/runs?{query}")));
    }

    [Fact]
    public async Task Children_are_found_by_either_name_of_their_parent_and_show_its_own_id()
    {
        var (parent, alias) = (Id(1), Id(100));
        await Ledger.Run(parent);
        await Ledger.Alias(alias, parent);
        await Ledger.Run(Id(2), parent: parent);
        await Ledger.Run(Id(3), parent: alias);
        await Ledger.Run(Id(4), parent: Id(99));

        foreach (var name in new[] { parent, alias })
        {
            var list = await Ledger.Get($"/api/runs?parentRunId={name}");
            Assert.Equal([Id(3), Id(2)], Ids(list));
            Assert.All(list.GetProperty("items").EnumerateArray(),
                run => Assert.Equal(parent, run.GetProperty("parentRunId").GetGuid()));
        }
        Assert.Equal([Id(4)], Ids(await Ledger.Get($"/api/runs?parentRunId={Id(99)}")));
    }

    [Theory]
    [InlineData("limit=abc", "limit", "1 to 500")]
    [InlineData("limit=0", "limit", "1 to 500")]
    [InlineData("limit=501", "limit", "1 to 500")]
    [InlineData("limit=99999999999", "limit", "1 to 500")]
    [InlineData("status=foo", "status", "step_completed")]
    [InlineData("status=failed,FAILED", "status", "step_completed")]
    [InlineData("source=cron", "source", "workflow_engine")]
    [InlineData("since=rubbish", "since", "ISO 8601")]
    [InlineData("until=2026-13-01", "until", "ISO 8601")]
    [InlineData("until=0001-01-01T00:00:00%2B14:00", "until", "ISO 8601")]
    [InlineData("parentRunId=42", "parentRunId", "UUID")]
    [InlineData("candidate=a%00b", "candidate", "NUL")]
    [InlineData("cursor=rubbish", "cursor", "nextCursor")]
    [InlineData("cursor=%F0%9F%98%80%20%3D%3D", "cursor", "nextCursor")]
    [InlineData("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cursor", "nextCursor")]
    public async Task A_wrong_parameter_is_named_with_what_is_accepted(string query, string parameter, string accepted)
    {
        var problem = await Ledger.Problem($"/api/runs?{query}", HttpStatusCode.BadRequest);

        Assert.Contains(accepted, problem.GetProperty("errors").GetProperty(parameter)[0].GetString());
        Assert.StartsWith(parameter, problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Every_wrong_parameter_is_named_at_once()
    {
        var problem = await Ledger.Problem("/api/runs?limit=x&status=y&since=z", HttpStatusCode.BadRequest);

        Assert.Equal(["limit", "since", "status"],
            problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order());
    }

    [Fact]
    public async Task Evidence_that_is_too_large_for_a_list_is_left_out_and_the_run_has_it()
    {
        const int Most = 4 * 1024;
        // Of text, of numbers that are stored larger than they are written, and of what cannot be packed.
        var noise = new byte[32 * 1024];
        new Random(7).NextBytes(noise);
        string?[] evidence =
        [
            null, Text(Most), Text(Most + 1), $"[{string.Join(", ", Enumerable.Repeat(1, Most / 3))}]",
            $"[{string.Join(", ", Enumerable.Repeat(1, (Most / 3) + 1))}]",
            $$"""{"a": "{{Convert.ToHexString(noise)}}"}""",
        ];
        for (var number = 0; number < evidence.Length; number++)
            await Ledger.Run(Id(number), evidence: evidence[number]);

        var list = (await Ledger.Get("/api/runs")).GetProperty("items").EnumerateArray().Reverse().ToList();

        foreach (var (run, whole) in list.Zip(evidence))
        {
            var omitted = whole?.Length > Most;
            Assert.Equal(omitted, run.TryGetProperty("evidenceOmitted", out var said) && said.GetBoolean());
            Assert.Equal(omitted ? "null" : whole ?? "null", run.GetProperty("evidenceRef").GetRawText());
            var alone = await Ledger.Get($"/api/runs/{run.GetProperty("processRunId").GetGuid()}");
            Assert.Equal(whole ?? "null", alone.GetProperty("evidenceRef").GetRawText());
            Assert.False(alone.TryGetProperty("evidenceOmitted", out _));
        }

        static string Text(int length) => $$"""{"a": "{{new string('x', length - 9)}}"}""";
    }

    [Theory]
    [InlineData("/api/runs?limit=500", "processRunId")]
    [InlineData("/api/rejected?limit=500", "rejectedId")]
    public async Task A_page_ends_when_its_texts_are_long_and_the_next_goes_on(string path, string id)
    {
        for (var number = 1; number <= 200; number++)
        {
            if (id == "processRunId")
                await Ledger.Run(Id(number));
            else
                await Ledger.Rejected(Id(number), Encoding.UTF8.GetBytes(new string('x', 20_000)));
        }

        await Ledger.Execute($"update process_run_observation set error_ref = '{new string('e', 30_000)}'");

        var pages = await Ledger.Pages(path, id);

        Assert.InRange(pages.Count, 2, 4);
        Assert.Equal(Enumerable.Range(1, 200).Reverse().Select(Id), pages.SelectMany(page => page));
        var last = await Ledger.Get($"{path}&before={await Before(path)}");
        Assert.Equal(pages[0][0], last.GetProperty("items")[0].GetProperty(id).GetGuid());

        async Task<string?> Before(string path)
        {
            var cursor = (await Ledger.Get(path)).GetProperty("nextCursor").GetString();
            return (await Ledger.Get($"{path}&cursor={cursor}")).GetProperty("prevCursor").GetString();
        }
    }

    [Fact]
    public async Task A_cursor_goes_on_only_in_the_list_it_came_from()
    {
        await Ledger.Run(Id(1), status: "failed");
        await Ledger.Run(Id(2), status: "failed");
        var first = await Ledger.Get("/api/runs?status=failed&limit=1");
        var cursor = first.GetProperty("nextCursor").GetString();

        Assert.Equal([Id(1)], Ids(await Ledger.Get($"/api/runs?status=failed&limit=9&cursor={cursor}")));
        await Ledger.Problem($"/api/runs?limit=1&cursor={cursor}", HttpStatusCode.BadRequest);
        await Ledger.Problem($"/api/runs?status=failed,stuck&cursor={cursor}", HttpStatusCode.BadRequest);
        await Ledger.Problem($"/api/rejected?cursor={cursor}", HttpStatusCode.BadRequest);
        await Ledger.Problem($"/api/runs?status=failed&cursor={cursor![..^2]}", HttpStatusCode.BadRequest);
    }

    static IEnumerable<Guid> Ids(JsonElement list) =>
        list.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("processRunId").GetGuid());
}
