using System.Text.Json;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Cli;

/// <summary><c>runs list | show | watch</c>.</summary>
public sealed class RunsTests
{
    const string Id = "0194fdc2-fa2f-7cc0-81d3-ff1207450001";
    const string Child = "0194fdc2-fa2f-7cc0-81d3-ff1207450002";

    [Fact]
    public async Task A_run_is_listed_and_shown_with_components_tree_and_evidence()
    {
        await using var ledger = await EmbeddedLedger.Start();
        var url = $"{ledger.Client.BaseAddress}";
        await Publish(
            "RunStarted", "--run", Id, "--candidate", "P[red]x[/]", "--correlation", "k", "--evidence-ref",
            """{"rows":[1]}""", "--occurred-at", "2026-11-23T08:00:00Z");
        await Publish(
            "StepFailed", "--run", Id, "--candidate", "P[red]x[/]", "--correlation", "k", "--component", Child,
            "--dot-code", "load", "--error-ref", "no \u001b[31mtable");
        await Publish("RunStarted", "--run", Child, "--candidate", "inner", "--parent", Id);
        await Publish(
            "RunCompleted", "--run", Id, "--candidate", "P[red]x[/]", "--correlation", "k", "--occurred-at",
            "2026-11-23T08:00:02.5Z");

        var list = await ToolRun.Of("runs", "list", "--correlation", "k", "--url", url);
        var show = await ToolRun.Of("runs", "show", Id, "--url", url);
        var json = await ToolRun.Of("runs", "show", Id, "--json", "--url", url);

        Assert.Equal(0, list.Code);
        Assert.Contains(
            $"completed  P[red]x[/]  2026-11-23 08:00:00Z  2.5 s  k            {Id}",
            list.Output,
            StringComparison.Ordinal);
        Assert.DoesNotContain("inner", list.Output, StringComparison.Ordinal);
        Assert.Equal(0, show.Code);
        Assert.Matches("load +.*no table", show.Output);
        Assert.Contains("└── inner started", show.Output, StringComparison.Ordinal);
        Assert.Contains("\"rows\": [", show.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', show.Output);
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal(Id, document.RootElement.GetProperty("run").GetProperty("processRunId").GetString());
        Assert.Equal(1, document.RootElement.GetProperty("components").GetArrayLength());
        Assert.Equal(
            1, document.RootElement.GetProperty("tree").GetProperty("run").GetProperty("children").GetArrayLength());

        async Task Publish(params string[] arguments)
        {
            var run = await ToolRun.Of(["publish", .. arguments, "--url", url]);
            Assert.True(run.Code == 0, run.Error);
        }
    }

    [Fact]
    public async Task Why_a_run_is_stuck_stands_in_plain_words()
    {
        await using var ledger = await StubLedger.Start((request, _) => (200, request.Path.Value!.Split('/')[^1] switch
        {
            "components" => """{"items":[],"nextCursor":null}""",
            "tree" => $$"""{"ancestors":[],"run":{"processRunId":"{{Id}}"},"unseenParentId":"{{Child}}"}""",
            _ => Run("stuck", """
                {"flags":[{"flag":"stuck","limit":"run","value":"01:00:00","lastObservedAt":"2026-11-23T08:00:00Z","flaggedAt":"2026-11-23T09:00:01Z"},
                          {"flag":"stuck","limit":"quiet","value":"00:01:00","recoveredAt":"2026-11-23T08:30:00Z"}], "conflicts":["two ends"]}
                """),
        }));

        var show = await ToolRun.Of("runs", "show", Id, "--url", ledger.Url);

        Assert.Contains(
            "! Stuck: it started and did not end within 01:00:00. Last observed 2026-11-23 08:00:00Z, "
            + "flagged 2026-11-23 09:00:01Z.\n! two ends\n",
            show.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("00:01:00", show.Output.Split("Evidence")[0], StringComparison.Ordinal);
        Assert.Contains($"{Child} (never observed)", show.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("completed", 0)]
    [InlineData("failed", 1)]
    public async Task Watching_a_run_prints_a_line_for_each_change_and_ends_with_it(string end, int code)
    {
        var asked = 0;
        await using var ledger = await StubLedger.Start((request, _) => request.Path.Value!.Split('/')[^1] switch
        {
            "components" => (200, """{"items":[],"nextCursor":null}"""),
            "tree" => (200, "{}"),
            // In the middle of it the ledger is away.
            _ => ++asked switch
            {
                1 or 2 => (200, Run("started")),
                3 => (503, """{"detail":"Later."}"""),
                _ => (200, Run(end)),
            },
        });

        var watch = await ToolRun.Of("runs", "watch", Id, "--every", "1ms", "--url", ledger.Url);

        Assert.Equal(code, watch.Code);
        Assert.Equal(
            [$"started P {Id}", $"{end} P {Id}"], watch.Output.TrimEnd().Split('\n').Select(line => line[21..]));
    }

    [Fact]
    public async Task Pages_are_followed_as_far_as_asked_with_the_filters_as_given()
    {
        await using var ledger = await StubLedger.Start(
            (request, n) => (200, $$"""{"items":[{{Run("started")}}],"nextCursor":"c{{n}}"}"""));

        var list = await ToolRun.Of(
            "runs", "list", "--status", "stuck,failed", "--correlation", "a&b", "--limit", "2", "--json", "--url",
            ledger.Url);

        Assert.Equal(
            [
                "GET /api/runs?status=stuck%2Cfailed&correlationId=a%26b&limit=2",
                "GET /api/runs?status=stuck%2Cfailed&correlationId=a%26b&limit=1&cursor=c1",
            ],
            ledger.Asked);
        using var document = JsonDocument.Parse(list.Output);
        Assert.Equal(2, document.RootElement.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_key_of_the_environment_is_sent()
    {
        var key = "";
        await using var ledger = await StubLedger.Start((request, _) =>
        {
            key = request.Headers["X-Api-Key"];
            return (200, """{"items":[]}""");
        });
        // Other tests send it too, to ledgers that ask for none.
        Environment.SetEnvironmentVariable("RUNLEDGER_API_KEY", "secret");

        var list = await ToolRun.Of("runs", "list", "--url", ledger.Url);

        Environment.SetEnvironmentVariable("RUNLEDGER_API_KEY", null);
        Assert.Equal((0, "secret", "The ledger has no such runs."), (list.Code, key, list.Output.TrimEnd()));
    }

    [Theory]
    [InlineData(1, "The ledger has no run", "runs", "show", Child)]
    [InlineData(1, "'x' is no status", "runs", "list", "--status", "x")]
    [InlineData(2, "is no id of a run", "runs", "show", "x")]
    [InlineData(2, "--limit is between", "runs", "list", "--limit", "0")]
    public async Task What_has_no_answer_says_why_and_its_exit_code_tells(
        int code, string words, params string[] arguments)
    {
        await using var ledger = await EmbeddedLedger.Start();

        var run = await ToolRun.Of([.. arguments, "--url", $"{ledger.Client.BaseAddress}"]);

        Assert.Equal((code, ""), (run.Code, run.Output));
        Assert.Contains(words, Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    static string Run(string status, string evidence = "null") =>
        $$"""{"processRunId":"{{Id}}","processCandidateCode":"P","status":"{{status}}","evidenceRef":{{evidence}}}""";
}
