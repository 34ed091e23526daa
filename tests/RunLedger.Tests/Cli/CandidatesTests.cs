using System.Text.Json;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Cli;

/// <summary><c>candidates [CODE]</c>.</summary>
public sealed class CandidatesTests
{
    const string Code = "P[red]/x[/]:\u001b[31mkg";

    [Fact]
    public async Task Candidates_are_listed_and_one_is_shown_as_a_table_and_as_the_ledgers_answer()
    {
        await using var page = await Filled();
        var url = $"{page.Ledger.Client.BaseAddress}";

        var list = await ToolRun.Of("candidates", "--url", url);
        var show = await ToolRun.Of("candidates", Code, "--url", url);
        var json = await ToolRun.Of("candidates", Code, "--days", "7", "--json", "--url", url);

        Assert.Equal((0, 0, 0), (list.Code, show.Code, json.Code));
        Assert.Matches("P\\[red]/x\\[/]:kg +1 failed in 24 h, 1 open +0 % of 1 ", list.Output);
        Assert.Matches("Completed +0 % of 1 that ended", show.Output);
        Assert.Matches("Limits +start .*policy \\*", show.Output);
        Assert.Contains("Recent failures", show.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', list.Output + show.Output);
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal(Code, document.RootElement.GetProperty("candidate").GetString());
        Assert.Equal(7, document.RootElement.GetProperty("figures").GetProperty("days").GetInt32());
    }

    [Fact]
    public async Task More_candidates_than_the_ledger_gives_at_once_are_all_listed()
    {
        await using var page = await OperatorPage.Open();
        for (var n = 0; n < 120; n++)
        {
            await page.Observe(new
            {
                type = "RunStarted",
                processRunId = Guid.CreateVersion7(),
                processCandidateCode = $"PROC-CAND:{n:d3}",
                correlationId = "c",
                sourceSystem = "dot_runtime",
                occurredAt = OperatorPage.Start,
            });
        }

        var url = $"{page.Ledger.Client.BaseAddress}";
        var all = await ToolRun.Of("candidates", "--json", "--limit", "200", "--url", url);
        var some = await ToolRun.Of("candidates", "--json", "--limit", "70", "--pattern", "PROC-CAND:*", "--url", url);

        Assert.Equal((120, 70), (Items(all.Output), Items(some.Output)));

        static int Items(string json)
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.GetProperty("items").GetArrayLength();
        }
    }

    [Theory]
    [InlineData(1, "no run of a candidate none", "candidates", "none")]
    [InlineData(1, "no source system", "candidates", "--source", "cron")]
    [InlineData(1, "1 to 90", "candidates", "none", "--days", "91")]
    [InlineData(2, "--days needs a CODE", "candidates", "--days", "7")]
    [InlineData(2, "leave them out with a CODE", "candidates", "none", "--pattern", "x")]
    [InlineData(2, "--limit is between 1 and 10000", "candidates", "--limit", "0")]
    public async Task What_is_wrong_is_said_in_a_line(int code, string words, params string[] arguments)
    {
        await using var ledger = await EmbeddedLedger.Start();

        var run = await ToolRun.Of([.. arguments, "--url", $"{ledger.Client.BaseAddress}"]);

        Assert.Equal(code, run.Code);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    static async Task<OperatorPage> Filled()
    {
        var page = await OperatorPage.Open();
        await page.Fill(Code);
        return page;
    }
}
