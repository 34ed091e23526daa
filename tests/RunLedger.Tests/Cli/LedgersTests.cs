using System.Text.Json;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Cli;

/// <summary><c>runs</c> of several ledgers that divide the runs between them.</summary>
public sealed class LedgersTests
{
    const string Nowhere = "http://127.0.0.1:9";
    static readonly string Asked = Id(9);

    [Fact]
    public async Task Runs_of_several_ledgers_are_one_list_newest_first()
    {
        await using var one = await Listing(5, 1);
        await using var other = await Listing(4, 3);

        var list = await ToolRun.Of("runs", "list", "--limit", "3", "--json", "--url", one.Url, "--url", other.Url);

        Assert.True(list.Code == 0, list.Error);
        using var document = JsonDocument.Parse(list.Output);
        Assert.Equal([Id(5), Id(4), Id(3)], document.RootElement.GetProperty("items").EnumerateArray()
            .Select(run => run.GetProperty("processRunId").GetString()!));
    }

    [Fact]
    public async Task A_ledger_that_does_not_answer_is_named_instead_of_a_list_without_its_runs()
    {
        await using var one = await Listing(1);

        var list = await ToolRun.Of("runs", "list", "--url", one.Url, "--url", Nowhere);

        Assert.Equal((2, ""), (list.Code, list.Output));
        Assert.Contains($"No ledger answers at {Nowhere}", list.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_is_shown_by_the_ledger_that_has_it()
    {
        await using var without = await Holding(has: false);
        await using var with = await Holding(has: true);

        var show = await ToolRun.Of("runs", "show", Asked, "--url", without.Url, "--url", with.Url);

        Assert.True(show.Code == 0, show.Error);
        Assert.Contains(Asked, show.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_no_ledger_has_is_not_there()
    {
        await using var one = await Holding(has: false);
        await using var other = await Holding(has: false);

        var show = await ToolRun.Of("runs", "show", Asked, "--url", one.Url, "--url", other.Url);

        Assert.Equal(1, show.Code);
        Assert.Contains("None of the 2 ledgers has", show.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_of_which_two_ledgers_have_a_part_is_said_to_be_divided()
    {
        await using var one = await Holding(has: true);
        await using var other = await Holding(has: true);

        var show = await ToolRun.Of("runs", "show", Asked, "--url", one.Url, "--url", other.Url);

        Assert.Equal((1, ""), (show.Code, show.Output));
        Assert.Contains("has a part of the run", show.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_ledgers_are_not_watched_as_one()
    {
        var watch = await ToolRun.Of("runs", "watch", Asked, "--url", Nowhere, "--url", "http://127.0.0.1:10");

        Assert.Equal(2, watch.Code);
        Assert.Contains("One ledger can be watched at a time", watch.Error, StringComparison.Ordinal);
    }

    static Task<StubLedger> Listing(params int[] minutes) => StubLedger.Start((_, _) => (
        200, $$"""{"items":[{{string.Join(',', minutes.Select(Run))}}],"nextCursor":null}"""));

    static Task<StubLedger> Holding(bool has) => StubLedger.Start((request, _) => !has
        ? (404, """{"detail":"The ledger has no such run."}""")
        : (200, request.Path.Value!.Split('/')[^1] switch
        {
            "components" => """{"items":[],"nextCursor":null}""",
            "tree" => $$$"""{"ancestors":[],"run":{"processRunId":"{{{Asked}}}"}}""",
            _ => Run(9),
        }));

    static string Run(int minute) => $$"""
        {"processRunId":"{{Id(minute)}}","processCandidateCode":"P","correlationId":"c","status":"started",
         "sourceSystem":"dot_runtime","createdAt":"2026-11-23T08:{{minute:d2}}:00Z"}
        """;

    static string Id(int number) => $"0194fdc2-fa2f-7cc0-81d3-ff12074500{number:d2}";
}
