using System.Net;
using System.Text.Json;

namespace RunLedger.Testing.Conformance;

public abstract class RunSearchConformance(Provider provider) : ReadingSuite(provider)
{
    [Fact]
    public async Task Pages_go_back_as_they_went_forward()
    {
        for (var number = 1; number <= 7; number++)
            await Ledger.Run(
                Id(number), $"2026-03-01T00:00:00.00000{number / 2}Z", number % 2 == 0 ? "failed" : "started");

        foreach (var filter in (string[])["", "&status=failed,started", "&candidate=PROC-CAND:a"])
        {
            var one = await Page($"limit=3{filter}");
            var two = await Page($"limit=3{filter}&cursor={one.Next}");
            var three = await Page($"limit=3{filter}&cursor={two.Next}");
            var twoAgain = await Page($"limit=3{filter}&before={three.Previous}");
            var oneAgain = await Page($"limit=3{filter}&before={twoAgain.Previous}");

            Assert.Equal([Id(7), Id(6), Id(5)], one.Ids);
            Assert.Null(one.Previous);
            Assert.Equal([Id(1)], three.Ids);
            Assert.Null(three.Next);
            Assert.Equal(two.Ids, twoAgain.Ids);
            Assert.Equal((two.Next, two.Previous), (twoAgain.Next, twoAgain.Previous));
            Assert.Equal(one.Ids, oneAgain.Ids);
            Assert.Null(oneAgain.Previous);
        }
    }

    [Fact]
    public async Task A_page_goes_one_way_and_a_cursor_belongs_to_its_filters()
    {
        for (var number = 1; number <= 3; number++)
            await Ledger.Run(Id(number));
        var (_, next, _) = await Page("limit=1");

        await Ledger.Problem($"/api/runs?limit=1&cursor={next}&before={next}", HttpStatusCode.BadRequest);
        await Ledger.Problem($"/api/runs?limit=1&q=x&before={next}", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task From_and_to_cut_as_since_and_until_do()
    {
        for (var number = 1; number <= 4; number++)
            await Ledger.Run(Id(number), $"2026-03-0{number}T00:00:00.000000Z");

        Assert.Equal([Id(3), Id(2)], (await Page("from=2026-03-02&to=2026-03-04")).Ids);
    }

    [Theory]
    [InlineData("order-7", 2, "the wire key, exactly, and not order-71")]
    [InlineData("PROC-CAND:b", 3, "the candidate")]
    [InlineData("id 4", 4, "the id")]
    [InlineData("id 161", 5, "an alias")]
    [InlineData("id 193", 6, "a component")]
    [InlineData("abcdef01-0000", 7, "how the id begins")]
    [InlineData("DISK", 8, "a part of the error, whatever its letters")]
    [InlineData("100%", 9, "a sign of the pattern is itself")]
    public async Task Text_finds_a_run_by(string text, int number, string what)
    {
        await Ledger.Run(Id(1), correlation: "order-71");
        await Ledger.Run(Id(2), correlation: "order-7");
        await Ledger.Run(Id(3), candidate: "PROC-CAND:b");
        await Ledger.Run(Id(4));
        await Ledger.Run(Id(5));
        await Ledger.Alias(Id(0xa1), Id(5));
        await Ledger.Run(Id(6));
        await Ledger.Component(Id(0xc1), Id(6), null);
        await Ledger.Run(Guid.Parse("abcdef01-0000-0000-0000-000000000007"));
        await Ledger.Run(Id(8));
        await Ledger.Run(Id(9), correlation: "100% done");
        await Ledger.Run(Id(10), correlation: "1000 done");
        await Ledger.Execute(
            $"update process_run_observation set error_ref = 'no disk left' where process_run_id = '{Id(8)}'");
        var expected = number == 7 ? Guid.Parse("abcdef01-0000-0000-0000-000000000007") : Id(number);

        if (text.StartsWith("id ", StringComparison.Ordinal))
            text = $"{Id(int.Parse(text.AsSpan(3), null))}";

        var page = await Page($"q={Uri.EscapeDataString(text)}");

        Assert.True(page.Ids.SequenceEqual([expected]), $"{what}: {string.Join(", ", page.Ids)}");
        Assert.Empty((await Page($"q={Uri.EscapeDataString(text)}&status=stuck")).Ids);
    }

    [Fact]
    public async Task Text_that_is_too_long_is_refused_and_pages_of_a_search_go_on()
    {
        for (var number = 1; number <= 5; number++)
            await Ledger.Run(Id(number), correlation: $"nightly-{number}");

        var one = await Page("q=nightly&limit=3");
        var two = await Page($"q=nightly&limit=3&cursor={one.Next}");

        Assert.Equal([Id(5), Id(4), Id(3), Id(2), Id(1)], one.Ids.Concat(two.Ids));
        await Ledger.Problem($"/api/runs?q={new string('x', 201)}", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_was_not_searched_is_said()
    {
        await Ledger.Execute(Ledger.ManyRuns);
        await Ledger.Run(Id(1), "2020-01-01T00:00:00.000000Z", correlation: "old needle");

        var searched = await Ledger.Get("/api/runs?q=needle");
        var within = await Ledger.Get("/api/runs?q=needle&until=2021-01-01");
        var exact = await Ledger.Get("/api/runs?q=old%20needle");

        Assert.Empty(searched.GetProperty("items").EnumerateArray());
        Assert.Equal(50_000, searched.GetProperty("searchedNewest").GetInt32());
        Assert.Single(within.GetProperty("items").EnumerateArray());
        Assert.False(within.TryGetProperty("searchedNewest", out _));
        Assert.Single(exact.GetProperty("items").EnumerateArray());
        Assert.False(exact.TryGetProperty("searchedNewest", out _));
    }

    [Fact]
    public async Task Runs_are_exported_as_CSV_without_formulas_and_as_NDJSON()
    {
        await Ledger.Run(Id(1), correlation: "=1+1", evidence: """{"a": "x, y"}""");
        await Ledger.Run(Id(2), correlation: "say \"hi\"\nall", status: "failed");
        await Ledger.Run(Id(3), correlation: "@SUM", status: "stuck");

        var csv = await Ledger.Client.GetStringAsync("/api/runs/export?format=csv&status=completed,failed");
        var json = await Ledger.Client.GetStringAsync("/api/runs/export?format=ndjson");

        var lines = csv.Split("\r\n");
        Assert.StartsWith("processRunId,processCandidateCode,", lines[0], StringComparison.Ordinal);
        Assert.Contains(",\"say \"\"hi\"\"\nall\",", lines[1], StringComparison.Ordinal);
        Assert.Contains(",'=1+1,", lines[2], StringComparison.Ordinal);
        Assert.EndsWith(
            "2026-03-01T00:00:00.000000Z,\"{\"\"a\"\": \"\"x, y\"\"}\",", lines[2], StringComparison.Ordinal);
        Assert.Equal(4, lines.Length);
        Assert.Equal(
            [Id(3), Id(2), Id(1)],
            json.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonElement.Parse(line).GetProperty("processRunId").GetGuid()));
        await Ledger.Problem("/api/runs/export", HttpStatusCode.BadRequest);
        await Ledger.Problem("/api/runs/export?format=xlsx", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task An_export_has_all_evidence_however_large()
    {
        // Characters of two parts, at odd places.
        var evidence = $$"""{"a": "{{string.Concat(Enumerable.Repeat("x😀é", 30_000))}}"}""";
        await Ledger.Run(Id(1), evidence: evidence);
        await Ledger.Run(Id(2), evidence: """{"a": 1}""");

        var csv = await Ledger.Client.GetStringAsync("/api/runs/export?format=csv");
        var json = await Ledger.Client.GetStringAsync("/api/runs/export?format=ndjson");

        Assert.Equal(
            ["""{"a": 1}""", evidence],
            json.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonElement.Parse(line).GetProperty("evidenceRef").GetRawText()));
        var quoted = evidence.Replace("\"", "\"\"", StringComparison.Ordinal);
        Assert.EndsWith($",\"{quoted}\",\r\n", csv, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_is_longer_than_a_page()
    {
        await Ledger.Execute(Ledger.ManyRuns.Replace("50000", "1234", StringComparison.Ordinal));

        var json = await Ledger.Client.GetStringAsync("/api/runs/export?format=ndjson");

        Assert.Equal(1_234, json.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count());
    }

    [Fact]
    public async Task What_a_client_has_already_is_304_until_it_changes()
    {
        await Ledger.Run(Id(1), status: "started");
        foreach (var path in (string[])["/api/runs", $"/api/runs/{Id(1)}", "/api/actions"])
        {
            using var first = await Ledger.Client.GetAsync(path);
            using var again = await Ask(path, first.Headers.ETag!.ToString());
            Assert.True(first.Headers.ETag.IsWeak);
            Assert.Equal((HttpStatusCode.NotModified, ""), (again.StatusCode, await again.Content.ReadAsStringAsync()));
            Assert.Equal(first.Headers.ETag, again.Headers.ETag);
        }

        using var before = await Ledger.Client.GetAsync("/api/runs");
        await Ledger.Execute("update process_run_observation set status = 'completed'");
        using var after = await Ask("/api/runs", before.Headers.ETag!.ToString());
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        using var none = await Ledger.Client.GetAsync($"/api/runs/{Id(2)}");
        Assert.Null(none.Headers.ETag);
    }

    async Task<HttpResponseMessage> Ask(string path, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("If-None-Match", tag);
        return await Ledger.Client.SendAsync(request);
    }

    async Task<(List<Guid> Ids, string? Next, string? Previous)> Page(string query)
    {
        var page = await Ledger.Get($"/api/runs?{query}");
        return (
            [.. page.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("processRunId").GetGuid())],
            page.GetProperty("nextCursor").GetString(),
            page.TryGetProperty("prevCursor", out var previous) ? previous.GetString() : null);
    }
}
